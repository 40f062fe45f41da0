import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';

/** What changed in a field, stage or list of the portal; its texts are in the page's language. */
export interface SchemaChange {
  change: 'removed' | 'retyped' | 'required' | 'renamed' | 'option_removed';
  /** Null for a list, which several kinds may use. */
  kind: Kind | null;
  field: string;
  option: string | null;
  since: string;
  /** Pairs of fields that it touches. */
  pairs: { kind: Kind; pair: string }[];
  text: string;
  advice: string;
}

export async function readSchemaChanges(api: Api, signal: AbortSignal): Promise<SchemaChange[]> {
  return (await api.get<{ changes: SchemaChange[] }>('/api/integration/bitrix24/schema', {}, signal)).changes;
}
