import { expect } from 'chai';
import { fieldMapFor } from '../../../../app/field-maps/custom.ts';
import type { RemoteValues } from '../../../../app/field-maps/types.ts';
import { withoutLostFields } from '../../../../app/sync/load/gone-fields.ts';
import type { Mapping } from '../../../../app/sync/load/mappings.ts';
import { emptyRemoteShadow } from '../../../../app/sync/plan/merge.ts';

const field = 'UF_CRM_SERIAL';
const key = `serial_number:${field}`;
const fieldMap = fieldMapFor('object', {
  disabled: [],
  owners: {},
  custom: [{ local: 'serial_number', bitrix24: field, owner: 'both' }],
});
const [mergedAt, later] = [new Date('2026-11-26T10:00:00Z'), new Date('2026-11-26T10:01:00Z')];
const earlier = new Date('2026-11-26T09:59:00Z');

const shadows = {
  local: { title: 'Камаз', [key]: 'SN-1' },
  remote: { ...emptyRemoteShadow, values: { title: 'Камаз', [key]: 'SN-1' } },
};

const cases: {
  title: string;
  shown: string;
  back?: Date;
  paused?: boolean;
  isMerged?: boolean;
  state?: Mapping['state'];
  local?: string;
  remote?: string;
}[] = [
  { title: 'a field that was always there is remembered', shown: '', local: 'SN-1', remote: 'SN-1' },
  { title: 'an empty field that is back since the last merge says nothing', shown: '', back: later, local: 'SN-1' },
  { title: 'a field that is back and was typed into since the last merge has no common past', shown: 'X', back: later },
  {
    title: 'a field that was merged since it is back is remembered',
    shown: '',
    back: earlier,
    local: 'SN-1',
    remote: 'SN-1',
  },
  {
    title: 'a create that was never merged says nothing of a field that is back',
    shown: '',
    back: earlier,
    isMerged: false,
    local: 'SN-1',
  },
  {
    title: 'a pair that was not linked meanwhile: an empty field that was ever gone says nothing',
    shown: '',
    back: earlier,
    state: 'orphaned',
    local: 'SN-1',
  },
  { title: 'a field that is not shown now is forgotten', shown: '', paused: true },
];

describe('what is remembered of a field that the portal lost for a while', () => {
  for (const { title, shown, back, paused = false, isMerged = true, state = 'linked', local, remote } of cases) {
    it(title, () => {
      const context = {
        fieldMap,
        paused: new Set(paused ? [key] : []),
        returned: new Map(back ? [[field, back]] : []),
      };
      const record: RemoteValues = { fields: { TITLE: 'Камаз', [field]: shown }, multifields: [] };
      // Of a mapping only its state and the moment of its last merge are looked at.
      const mapping = isMerged ? ({ state, syncedAt: mergedAt } as Mapping) : null;
      const left = withoutLostFields(context, { remote: record, mapping, shadows });
      expect({ local: left.local[key], remote: left.remote.values[key] }).to.deep.equal({ local, remote });
      expect([left.local.title, left.remote.values.title]).to.deep.equal(['Камаз', 'Камаз']);
    });
  }
});
