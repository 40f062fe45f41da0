import type { Api } from './client.ts';

/** A filter that a company saved under a name. */
export interface SavedView {
  id: number;
  name: string;
  /** The list's address by names and values. */
  filter: Record<string, string>;
}

export type SavedList = 'records' | 'activity';

const address = '/api/integration/bitrix24/views';

export async function readViews(api: Api, list: SavedList, signal: AbortSignal): Promise<SavedView[]> {
  return (await api.get<{ views: SavedView[] }>(address, { list }, signal)).views;
}

export const saveView = (api: Api, list: SavedList, name: string, filter: Record<string, string>) =>
  api.put<SavedView>(address, { list, name, filter });

export const deleteView = (api: Api, id: number) => api.delete<{ id: number }>(`${address}/${id}`);
