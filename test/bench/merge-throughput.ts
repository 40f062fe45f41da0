import { objectMap } from '../../app/field-maps/objects.ts';
import type { LocalRecord } from '../../app/field-maps/types.ts';
import { isUneventful } from '../../app/sync/plan/merge.ts';
import { type PlanInput, plan } from '../../app/sync/plan/plan.ts';
import { settingsOf } from '../../app/sync/plan/settings.ts';
import { shadowsOf, wantedRemote } from '../../app/sync/plan/shadows.ts';
import { percentile } from './counting.ts';
import { type Finding, shown } from './report.ts';

const pairs = 10_000;
const repeats = 7;
const settings = settingsOf(null);

const nothingChanged = (local: LocalRecord) => local;

/** The pure part of a pass: reading both sides' values, comparing with the shadows, deciding. No database, no network. */
export function measureMergeThroughput(): Finding {
  const lines = [
    { what: 'pairs that are equal', value: `${shown(rate(nothingChanged))} pairs/s` },
    {
      what: 'pairs with a changed field',
      value: `${shown(rate((local) => ({ ...local, name: 'Другое имя' })))} pairs/s`,
    },
  ];
  return { title: 'Plan and merge', how: `one thread, ${shown(pairs)} objects and deals, median of ${repeats}`, lines };
}

function rate(edit: (local: LocalRecord) => LocalRecord): number {
  const inputs = Array.from({ length: pairs }, (_, n) => makePair(n, edit));
  const seconds = Array.from({ length: repeats }, () => {
    const startedAt = performance.now();
    for (const input of inputs) {
      const planned = plan(input);
      const isEqual = planned.action === 'update' && isUneventful(planned.merge);
      if (isEqual !== (edit === nothingChanged)) throw new Error(`Planned ${planned.action} wrongly`);
    }
    return (performance.now() - startedAt) / 1000;
  });
  return pairs / percentile(seconds, 0.5);
}

function makePair(n: number, edit: (local: LocalRecord) => LocalRecord): PlanInput {
  const before = {
    name: `Камаз ${n}`,
    description: `Датчик топлива\nвторая строка ${n}`,
    imei: String(n).padStart(15, '0'),
    type: 'truck',
    contract_number: '2024-17',
    contract_client_name: 'ООО «Ромашка»',
    contract_start_date: '2024-03-01',
    contract_end_date: '2025-03-01',
    contract_bitrix24_id: '7',
  };
  const remote = wantedRemote(objectMap, before);
  const shadows = shadowsOf(objectMap, before, remote);
  const local = edit(before);
  return {
    entity: 'object',
    settings,
    mapping: 'linked',
    localPresent: true,
    remote: 'present',
    unsettled: false,
    othersStand: false,
    remoteIsOurs: true,
    importAsked: false,
    merging: () => ({
      fieldMap: objectMap,
      local,
      remote,
      localShadow: shadows.local,
      remoteShadow: shadows.remote,
      policy: 'latest',
      direction: 'bidirectional',
      localModifiedAt: new Date(2),
      remoteModifiedAt: new Date(1),
      now: new Date('2026-03-02T12:00:00Z'),
    }),
  };
}
