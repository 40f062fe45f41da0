import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import type { Random } from './random.ts';
import type { Ledger } from './soak-typed.ts';
import type { SoakWorld } from './soak-world.ts';

const patienceMs = 3000;

/** A user field of deals that a pair of ours needs. */
export const serialField = 'UF_CRM_SERIAL';

/** The choice of a company that keeps the field equal with a column of its own. */
export const serialMap = {
  object: { custom: [{ local: 'serial_number', bitrix24: serialField, owner: 'both' }] },
};

/** Makes the field as an administrator does. Throws when the portal refuses for long. */
export const makeField = (portal: SimulatedPortal) =>
  eventually(async () => {
    if (portal.store.catalogue.byUpper('deal', serialField)) return;
    await ask(portal, 'add', { fields: { FIELD_NAME: serialField, USER_TYPE_ID: 'string', LABEL: 'Серийный номер' } });
  });

/** An administrator of the portal deletes the field, with all that stands in it, and makes it again. */
export async function remakeField(world: SoakWorld, random: Random, ledger: Ledger): Promise<void> {
  const portal = random.pick(world.portals);
  await eventually(async () => {
    const field = portal.store.catalogue.userFields('deal').find(({ upperName }) => upperName === serialField);
    if (!field) return;
    const kept = await world.sql<{ number: string }>('select serial_number as number from objects');
    const numbers = new Set(kept.map(({ number }) => number));
    // What only the portal has goes with the field, in the recycle bin too.
    const records = [...portal.store.all('deal'), ...portal.store.inBin('deal')];
    const lost = records.map(({ fields }) => String(fields[serialField] ?? ''));
    const askedAt = new Date();
    try {
      await ask(portal, 'delete', { id: field.card.id });
    } finally {
      // It may have been deleted although its answer was lost.
      const isGone = !portal.store.catalogue.byUpper('deal', serialField);
      const typedMeanwhile = ledger.all.filter(
        ({ field, at, record }) => field === serialField && at >= askedAt && record.endsWith(portal.host),
      );
      for (const value of isGone ? [...lost, ...typedMeanwhile.map((typed) => typed.value)] : [])
        if (!numbers.has(value)) ledger.replaced(value, `${serialField} was deleted`);
    }
  });
  await sleep(500 + random.integer(3000));
  await makeField(portal);
}

async function ask(portal: SimulatedPortal, action: string, json: object): Promise<void> {
  const { url } = portal.addWebhook();
  const answer = await Promise.race([
    callHttps(`${url}crm.deal.userfield.${action}`, portal.caPem, { json }),
    // A portal that hangs answers this call never.
    sleep(patienceMs).then(() => ({ status: 0, body: 'no answer' })),
  ]);
  if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
