import { randomUUID } from 'node:crypto';
import type { Text } from '../lib/errors.ts';
import type { Check, DoctorDeps, Finding } from './check.ts';
import { makeProbes } from './probes.ts';

const bindAgain: Text = { ru: 'Подключите заново', en: 'Bind them again' };

export const checkEvents: Check = async ({ wanted, applicationOf }, { tenantId, connection, installation }) => {
  if (!installation) return outgoingWebhook(connection.outgoingTokenSet);
  const { events, eventsUrl } = wanted();
  const bound = await (await applicationOf(tenantId)).events();
  const missing = events.filter((name) => !bound.some(({ event, handler }) => event === name && handler === eventsUrl));
  return missing.length === 0
    ? {
        state: 'ok',
        saw: { ru: `Подписок на события: ${events.length}`, en: `Events that are bound: ${events.length}` },
      }
    : {
        state: 'broken',
        saw: {
          ru: `Не подключены события: ${missing.join(', ')}`,
          en: `Events that are not bound: ${missing.join(', ')}`,
        },
        advice: bindAgain,
      };
};

function outgoingWebhook(isSet: boolean): Finding {
  if (isSet) {
    return {
      state: 'ok',
      saw: { ru: 'Токен исходящего вебхука сохранён', en: 'The token of the outgoing webhook is stored' },
    };
  }
  return {
    state: 'warning',
    saw: {
      ru: 'Исходящего вебхука нет: изменения портала находит только обход',
      en: "There is no outgoing webhook: only sweeps find the portal's changes",
    },
    advice: {
      ru: 'Создайте исходящий вебхук и сохраните его токен (outgoing_token) в настройках',
      en: 'Make an outgoing webhook and store its token (outgoing_token) in the settings',
    },
  };
}

/** Event that an application may have sent to itself (test-handler.md, 2026-08-07). */
const trialEvent = 'ONAPPTEST';

/** A portal sends an event within seconds. */
const longestWaitMs = 10_000;

export const checkRoundTrip: Check = async (deps, { tenantId, connection, installation }) => {
  if (!installation) return byLastEvent(connection.lastEventAt);
  const probes = makeProbes(deps);
  const nonce = randomUUID();
  await probes.begin(tenantId, nonce);
  await sendTrial(deps, tenantId, nonce);
  const seenAfterMs = await probes.wait(tenantId, nonce, longestWaitMs);
  if (seenAfterMs !== null) {
    const seconds = Math.max(0.1, seenAfterMs / 1000).toFixed(1);
    return {
      state: 'ok',
      saw: { ru: `Пробное событие дошло за ${seconds} с`, en: `A trial event arrived within ${seconds} s` },
    };
  }
  return {
    state: 'broken',
    saw: {
      ru: `Пробное событие не пришло за ${longestWaitMs / 1000} с`,
      en: `A trial event did not arrive within ${longestWaitMs / 1000} s`,
    },
    advice: {
      ru: `Портал должен достигать ${deps.wanted().eventsUrl}: проверьте DNS, сертификат, прокси и межсетевой экран. До тех пор изменения находит обход`,
      en: `The portal has to reach ${deps.wanted().eventsUrl}: look at DNS, certificate, proxy and firewall. Until then sweeps find the changes`,
    },
  };
};

/** An installation from before the trial was known has not bound its event. */
async function sendTrial({ applicationOf, checkupOf, wanted }: DoctorDeps, tenantId: number, nonce: string) {
  const application = await applicationOf(tenantId);
  const binding = { name: trialEvent, handler: wanted().eventsUrl };
  const isBound = (await application.events()).some(
    ({ event, handler }) => event === trialEvent && handler === binding.handler,
  );
  if (!isBound) {
    const [failure] = await application.bindEvents([binding]);
    if (failure) throw failure;
  }
  await (await checkupOf(tenantId)).sendTrialEvent({ nonce });
}

function byLastEvent(at: Date | null): Finding {
  if (at === null) {
    return {
      state: 'unknown',
      saw: {
        ru: 'Событий ещё не было; вебхук не может прислать пробное',
        en: 'No event has come yet; a webhook cannot send a trial',
      },
    };
  }
  return {
    state: 'ok',
    saw: { ru: `Последнее событие — ${at.toISOString()}`, en: `The last event came at ${at.toISOString()}` },
  };
}

export const checkPlacements: Check = async ({ wanted, applicationOf }, { tenantId, installation }) => {
  if (!installation) return { state: 'ok', saw: { ru: 'У вебхука вкладок нет', en: 'A webhook has no tabs' } };
  const { tabs } = wanted();
  const bound = await (await applicationOf(tenantId)).placements();
  const missing = tabs.filter(
    ({ name, handler }) => !bound.some((one) => one.placement === name && one.handler === handler),
  );
  if (missing.length === 0) {
    return { state: 'ok', saw: { ru: `Вкладок в карточках: ${tabs.length}`, en: `Tabs in cards: ${tabs.length}` } };
  }
  const list = missing.map(({ name }) => name).join(', ');
  return { state: 'broken', saw: { ru: `Нет вкладок: ${list}`, en: `Missing tabs: ${list}` }, advice: bindAgain };
};

export const checkOffline: Check = async ({ applicationOf }, { tenantId, installation }) => {
  if (!installation)
    return { state: 'ok', saw: { ru: 'У вебхука офлайн-очереди нет', en: 'A webhook has no offline queue' } };
  if (installation.offline === 'none') {
    return {
      state: 'warning',
      saw: {
        ru: 'Портал не ведёт офлайн-очередь: пока сервер выключен, изменения находит обход',
        en: 'The portal keeps no offline queue: what happens while the server is down is found by sweeps',
      },
      advice: {
        ru: 'Нужен тариф с офлайн-событиями и администратор. Если они есть, подключите заново',
        en: 'It needs a plan with offline events, and an administrator. If both are there, bind again',
      },
    };
  }
  const waiting = (await (await applicationOf(tenantId)).listOffline()).length;
  return {
    state: 'ok',
    saw: {
      ru: `Офлайн-очередь работает, ждут событий: ${waiting}`,
      en: `The offline queue works, events that wait: ${waiting}`,
    },
  };
};
