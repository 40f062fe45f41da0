import type { FieldPair, RemoteValues } from './types.ts';

/** Kept beside the fields of a record: `Multifield` names them by type. */
const multifieldTypes: readonly string[] = ['EMAIL', 'PHONE'];

/**
 * Whether a record names every field of a pair. A field that is absent was deleted, or is closed to us: that is not the same as empty.
 * Portals before crm 24.1200 name no multifields in `crm.item.*`.
 */
export function isShown({ remoteFields }: Pick<FieldPair, 'remoteFields'>, remote: RemoteValues): boolean {
  return remoteFields.every((name) =>
    multifieldTypes.includes(name) ? remote.lacksMultifields !== true : name in remote.fields,
  );
}
