import createClient from 'openapi-fetch';
import type { paths } from './paths.d.ts';

/**
 * What a program of somebody else's does with a client that is made of the interface's description: its types are generated for the test,
 * so this file is checked and run there, and stays out of the project's own type check.
 */
export async function useInterface(baseUrl: string, token: string) {
  const client = createClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${token}`, 'accept-language': 'en' },
  });

  const created = await client.POST('/api/objects', { body: { name: 'КамАЗ 5490', imei: '356307042441013' } });
  if (!created.data) throw new Error(created.error.error);
  const id: number = created.data.data.id;

  const listed = await client.GET('/api/objects', { params: { query: { q: '5490', limit: 10 } } });
  const names: string[] = listed.data?.data.items.map(({ name }) => name) ?? [];
  const total: number | undefined = listed.data?.data.pagination.total;

  const taken = await client.POST('/api/objects', { body: { name: 'МАЗ', imei: '356307042441013' } });
  const code: string | undefined = taken.error?.code;

  const wrong = await client.PATCH('/api/objects/{id}', {
    params: { path: { id } },
    // @ts-expect-error: a text where the description wants a number
    body: { contract_id: 'nine' },
  });

  const settings = await client.GET('/api/integration/bitrix24/settings');
  const direction: 'to_bitrix' | 'from_bitrix' | 'bidirectional' | undefined = settings.data?.data.directions.object;

  return { id, names, total, code, wrong: wrong.error?.error, direction };
}
