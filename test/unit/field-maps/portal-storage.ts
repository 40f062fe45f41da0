import { FieldCatalogue } from '../../portal/fields.ts';
import { toStored } from '../../portal/stored-values.ts';
import { defaultSwitches, type PortalSwitches } from '../../portal/switches.ts';
import type { RecordKind } from '../../portal/types.ts';
import type { Mangle } from './simulated-pair.ts';

const catalogue = new FieldCatalogue();

/** What the simulated portal makes of a value of this kind of record. */
export function storedAs(kind: RecordKind, switches: Partial<PortalSwitches> = {}): Mangle {
  return (name, value) => {
    const field = catalogue.byUpper(kind, name);
    return field ? toStored(field, value, { ...defaultSwitches, ...switches }) : value;
  };
}
