import type { Tenant, World } from './world.ts';

/** Makes an object and waits for its deal. */
export async function objectWithDeal(
  world: World,
  tenant: Tenant,
  name: string,
): Promise<{ id: number; dealId: number }> {
  const { body } = await world.call(tenant.token, 'POST', '/api/objects', { name });
  await world.settled();
  const deal = await world.remoteOf(tenant, 'object', body.data.id);
  return { id: body.data.id, dealId: Number(deal.ID) };
}
