import { type Crowd, makeCrowd } from '../http/crowd.ts';

/** Requests of one company that may wait for their outcome at the same time, in one process. */
const mostWaiting = 20;
/** Streams of progress of one company, and of one caller of it, in one process. */
const mostStreams = { tenant: 40, caller: 8 };

/** Makes the crowd of a company's requests that wait for their outcome: each asks the database again and again. */
export function makeWaiters(): Crowd {
  return makeCrowd(mostWaiting, {
    code: 'too_many_waiting',
    text: {
      ru: `Запросов этой компании, которые ждут результата, уже ${mostWaiting}. Дождитесь ответа на них и повторите`,
      en: `${mostWaiting} requests of this company wait for their outcome already. Wait for their answers and try again`,
    },
    retryAfterSec: 5,
  });
}

/** Makes the entrance to the streams of progress; what it returns is called when the stream has ended. Throws AppError 429. */
export function makeStreamEntrance(): (caller: { tenantId: number; subject: string }) => () => void {
  const refusal = {
    code: 'too_many_streams',
    text: {
      ru: 'Открыто слишком много потоков хода синхронизации. Закройте лишние вкладки и повторите',
      en: 'Too many streams of progress are open. Close tabs that are not needed and try again',
    },
    retryAfterSec: 10,
  };
  const tenants = makeCrowd(mostStreams.tenant, refusal);
  const callers = makeCrowd(mostStreams.caller, refusal);
  return ({ tenantId, subject }) => {
    const leaveCaller = callers.enter(`${tenantId} ${subject}`);
    try {
      const leaveTenant = tenants.enter(tenantId);
      return () => {
        leaveCaller();
        leaveTenant();
      };
    } catch (error) {
      leaveCaller();
      throw error;
    }
  };
}
