import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makeFleet, type Vehicle } from '../support/fleet.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const count = 100;
/** The bulk change takes about as long. */
const spreadMs = 2500;
/** A look takes 20 ms after the portal has taken its picture; a busy machine adds some. */
const windowMs = 60;

/** Managers save deals at any moment while a bulk change of the same records is being sent. */
describe('a hundred edits of managers at random moments of a bulk change', () => {
  let world: World;
  let tenant: Tenant;
  let vehicles: Vehicle[];
  /** When each deal was edited, by its id. */
  const editedAt = new Map<number, number>();

  before(async () => {
    world = await startWorld({
      portal: { latency: 'fast', switches: { virtualSeconds: false, workers: 8, rateLimited: false } },
      bucket: { size: 1000, drain: 1000 },
    });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    vehicles = await makeFleet(world, tenant).add(count, {});
    await world.sql(`update objects set name = 'Из CRM ' || id, imei = lpad(id::text, 15, '0')`);
    await editAll();
    await world.settled(40_000);
  });
  after(() => world.stop());

  const deals = () => world.portal.records('deal');

  /** Each deal gets another title and a note, at a random moment from now on. */
  async function editAll(): Promise<void> {
    const startedAt = Date.now();
    const moments = vehicles.map((vehicle) => ({ ...vehicle, at: startedAt + Math.random() * spreadMs }));
    for (const { id, dealId, at } of moments.sort((one, other) => one.at - other.at)) {
      await sleep(Math.max(0, at - Date.now()));
      const comments = String(deals().get(dealId).COMMENTS ?? '');
      editedAt.set(dealId, Date.now());
      deals().update(dealId, { TITLE: `Менеджер ${id}`, COMMENTS: `Заметка ${id}\n${comments}` });
    }
  }

  /**
   * Whether a deal was saved in the instant between the portal's own look, with which each update begins, and the change behind it. No
   * request of the REST interface can see such an edit.
   */
  function isUnseeable(dealId: number): boolean {
    const at = editedAt.get(dealId) ?? 0;
    const looks = world.portal.journal.calls({ method: 'crm.item.get' });
    return looks.some((look) => {
      const endedAt = Date.parse(look.at);
      return Number((look.params as { id?: unknown }).id) === dealId && at >= endedAt - windowMs && at <= endedAt + 10;
    });
  }

  const expectOnlyUnseeable = (lost: { dealId: number; what: string }[]): void => {
    expect(lost.filter(({ dealId }) => !isUnseeable(dealId)).map(({ what }) => what)).to.deep.equal([]);
    expect(lost.length, 'such instants are short').to.be.below(count / 10);
  };

  it('none is lost unseen: each title is on both sides, or the losing value of an open conflict', async () => {
    const conflicts = await world.sql<{ local_id: number; bitrix24_value: string }>(
      `select local_id, bitrix24_value from sync_conflicts where state = 'open' and field = 'title' and winner = 'crm'`,
    );
    const told = new Map(conflicts.map(({ local_id: id, bitrix24_value: value }) => [id, value]));
    const rows = await world.sql<{ id: number; name: string }>('select id, name from objects');
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    const lost = vehicles.flatMap(({ id, dealId }) => {
      const title = String(deals().get(dealId).TITLE);
      expect(names.get(id), `both sides of object ${id}`).to.equal(title);
      const edit = `Менеджер ${id}`;
      return title === edit || told.get(id) === edit ? [] : [{ dealId, what: `${edit}: there is ${title}` }];
    });
    expectOnlyUnseeable(lost);
  });

  it('their notes above our part of COMMENTS survive while we rewrite it, and our part arrives', async () => {
    const rows = await world.sql<{ id: number; description: string }>('select id, description from objects');
    const notes = new Map(rows.map(({ id, description }) => [id, description]));
    const lost = vehicles.flatMap(({ id, dealId }) => {
      const comments = String(deals().get(dealId).COMMENTS);
      expect(comments, `deal of object ${id}`).to.include(String(id).padStart(15, '0'));
      const note = `Заметка ${id}`;
      const isThere = comments.startsWith(note) && notes.get(id) === note;
      return isThere ? [] : [{ dealId, what: `${note}: there is ${comments}, here ${notes.get(id)}` }];
    });
    expectOnlyUnseeable(lost);
  });
});
