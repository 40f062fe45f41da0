import type { Random } from './random.ts';
import { remakeField } from './soak-field.ts';
import { makeOwnFaults } from './soak-own-faults.ts';
import { makePortalFaults } from './soak-portal-faults.ts';
import type { Ledger } from './soak-typed.ts';
import type { SoakWorld } from './soak-world.ts';

/** By name; each resolves when it is over. */
export type FaultKinds = Record<string, () => Promise<unknown>>;

/** Kinds whose consequences last for a minute: more of them would leave no time for anything else. */
const onceOnly = new Set(['portal hangs']);

/** What goes wrong now and then. Faults of the portal and faults of our own come side by side. */
export function makeFaults(
  world: SoakWorld,
  random: Random,
  { ledger, attacks }: { ledger: Ledger; attacks: FaultKinds },
) {
  const { portals, oauth, proxy } = world;
  const groups: Record<'portal' | 'own' | 'people' | 'attackers', FaultKinds> = {
    attackers: attacks,
    portal: makePortalFaults(world, random),
    own: makeOwnFaults(world, random),
    people: { 'user field deleted and made again': () => remakeField(world, random, ledger) },
  };
  const counts: Record<string, number> = {};

  return {
    counts,
    groups: (Object.keys(groups) as (keyof typeof groups)[]).filter((group) => Object.keys(groups[group]).length > 0),

    begin(): void {
      for (const { events } of portals) Object.assign(events.faults, { lossRate: 0.1, doubleRate: 0.1, shuffle: true });
    },

    /** Each kind of a group once before any comes again. */
    async one(group: keyof typeof groups): Promise<void> {
      const all = groups[group];
      const left = Object.keys(all).filter((kind) => !counts[kind]);
      const kind = random.pick(left.length > 0 ? left : Object.keys(all).filter((name) => !onceOnly.has(name)));
      counts[kind] = (counts[kind] ?? 0) + 1;
      world.happenings.push({ at: new Date(), what: `begins: ${kind}` });
      await all[kind]?.();
      world.happenings.push({ at: new Date(), what: `ends: ${kind}` });
    },

    /** Kinds that never came. */
    missing: () =>
      Object.values(groups)
        .flatMap((all) => Object.keys(all))
        .filter((kind) => !counts[kind]),

    /** Everything is as it should be again. */
    end(): void {
      for (const { faults, rights, events } of portals) {
        faults.clear();
        rights.clear();
        Object.assign(events.faults, { lossRate: 0, doubleRate: 0, shuffle: false });
      }
      oauth.faults.clear();
      proxy.restore();
    },
  };
}
