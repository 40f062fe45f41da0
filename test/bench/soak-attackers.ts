import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPortal } from '../portal/portal.ts';
import { eventually } from '../support/eventually.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import type { Random } from './random.ts';
import type { FaultKinds } from './soak-faults.ts';
import type { SoakWorld } from './soak-world.ts';

const crowd = 100;
/** What COMMENTS of a portal hold (deal table of the self-hosted edition, 2026-05). */
const longestText = 60_000;

const integration = '/api/integration/bitrix24';

/** A company of strangers with a portal of its own, and requests of people who have no right to any. */
export interface Attackers {
  kinds: FaultKinds;
  /** What was asked, by its answer: `install 403`. */
  answers: Record<string, number>;
  stop(): Promise<void>;
}

/** Strangers beside the ordinary companies: each kind comes to its end by itself, and resolves then. */
export async function makeAttackers(world: SoakWorld, random: Random): Promise<Attackers> {
  const answers: Record<string, number> = {};
  const memberId = createHash('md5').update('strangers').digest('hex');
  const portal = await startPortal({ oauth: world.oauth, memberId, switches: { rateLimited: false } });
  const stranger = await world.addCompany('ООО Бездна');
  await world.ask(stranger.token, 'POST', `${integration}/setup`, { webhook_url: portal.addWebhook().url });

  const invented = () => String(random.integer(1e9)).padStart(70, 'x');
  const address = () => `198.51.${random.integer(250)}.${random.integer(250)}`;

  async function count(what: string, answering: Promise<{ status: number }>): Promise<void> {
    // A process that is stopped, or was killed, gives no answer.
    const status = await answering.then(
      (answer) => answer.status,
      () => 'none',
    );
    answers[`${what} ${status}`] = (answers[`${what} ${status}`] ?? 0) + 1;
  }

  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${world.origin}${path}`, {
      method: 'POST',
      headers: { 'x-forwarded-for': address() },
      body: new URLSearchParams(fields),
    });

  const many = (what: string, one: () => Promise<{ status: number }>) => async () => {
    await Promise.all(Array.from({ length: crowd }, () => count(what, one())));
  };

  const victim = () => random.pick(world.portals);
  const install = () =>
    post('/bitrix24/install?DOMAIN=stranger.bitrix24.ru', {
      ...{ AUTH_ID: invented(), REFRESH_ID: invented() },
      member_id: random.pick([victim().memberId, 'f'.repeat(32)]),
    });
  const session = () =>
    post('/bitrix24/session', { access_token: invented(), domain: victim().host, member_id: victim().memberId });
  const event = (name: string) => () =>
    post('/bitrix24/events', {
      event: name,
      'data[FIELDS][ID]': '1',
      'auth[member_id]': victim().memberId,
      'auth[domain]': victim().host,
      'auth[application_token]': invented(),
    });
  const reach = () =>
    world.ask(stranger.token, 'POST', `${integration}/setup`, {
      webhook_url: `https://${victim().host}/rest/1/${random.integer(1e9)}/`,
    });

  async function stream(): Promise<void> {
    portal.faults.stall = random.pick([{ kind: 'flood' }, { kind: 'drip', everyMs: 2000 }, { kind: 'hang' }] as const);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'О' || n from generate_series(1, 20) n`, [
      stranger.id,
    ]);
    await sleep(4000);
    portal.faults.stall = null;
  }

  /** Texts that are read slowly by careless patterns, on both sides of the strangers' own records. */
  async function write(): Promise<void> {
    const text = random.pick(Object.values(nastyTexts))(longestText);
    await world.sql(`insert into objects (tenant_id, name, description) values ($1, 'Текст', $2)`, [
      stranger.id,
      text.replaceAll('\ud83d', '').slice(0, 30_000),
    ]);
    for (const deal of portal.records('deal').list().slice(0, 3))
      portal.records('deal').update(Number(deal.ID), { COMMENTS: text, TITLE: text.slice(0, 255) || 'x' });
  }

  return {
    answers,
    kinds: {
      'flood of installations': many('install', install),
      'flood of invented sessions': many('session', session),
      'flood of forged events': many('event', event('ONCRMDEALUPDATE')),
      'flood of forged removals': many('removal', event('ONAPPUNINSTALL')),
      "another company's portal guessed at": many('setup', reach),
      'portal whose answers never end': stream,
      'texts made to be slow': write,
    },
    /** The strangers go: nothing of theirs is waited for any more. */
    async stop(): Promise<void> {
      await eventually(() => world.ask(stranger.token, 'POST', `${integration}/setup`, { webhook_url: null }));
      await world.sql('delete from sync_queue where tenant_id = $1', [stranger.id]);
      await world.sql('update sync_faults set ended_at = now() where tenant_id = $1', [stranger.id]);
      await world.sql(`update integration_errors set status = 'resolved' where tenant_id = $1`, [stranger.id]);
      await portal.stop();
    },
  };
}
