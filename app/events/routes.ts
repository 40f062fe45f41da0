import type { CallbackRoute } from '../http/route.ts';

/** Makes the address that portals call with their events: nothing is answered before the event is stored. */
export function makeEventRoutes({
  receive,
}: {
  receive(form: unknown, address: string): Promise<'stored' | 'ignored'>;
}): CallbackRoute[] {
  return [
    {
      method: 'post',
      path: '/bitrix24/events',
      summary: 'Events of a portal, form-encoded, proved by auth[application_token]',
      async handle({ form, address }) {
        return { status: 200, text: await receive(form, address) };
      },
    },
  ];
}
