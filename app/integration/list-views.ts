import { AppError, notFound } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';

/** Lists whose filters can be saved. */
export const savedLists = ['records', 'activity'] as const;
export type SavedList = (typeof savedLists)[number];

/** A saved filter: the list's address by names and values. */
export interface ListView {
  id: number;
  list: SavedList;
  name: string;
  filter: Record<string, string>;
}

/** Filters of one list that a company keeps. */
const most = 50;

/** A company's saved filters of one list, or of all, by name. */
export function readViews(db: Database, tenantId: number, list: SavedList | null): Promise<ListView[]> {
  return queryRows<ListView>(
    db,
    `select id, list, name, filter from list_views
      where tenant_id = $tenantId and ($list::text is null or list = $list) order by lower(name), id`,
    { tenantId, list },
  );
}

/** Saves a filter under a name; the one that has the name gives way. Throws 409 `too_many_views`. Repeat-safe. */
export async function saveView(
  db: Database,
  tenantId: number,
  { list, name, filter }: { list: SavedList; name: string; filter: Record<string, string> },
  author: string,
): Promise<ListView> {
  const [saved] = await queryRows<ListView>(
    db,
    `insert into list_views (tenant_id, list, name, filter, author)
     select $tenantId, $list::text, $name::text, $filter::jsonb, left($author::text, 255)
      where (select count(*) from list_views where tenant_id = $tenantId and list = $list::text and name <> $name::text) < ${most}
     on conflict (tenant_id, list, name) do update set filter = excluded.filter, author = excluded.author
     returning id, list, name, filter`,
    { tenantId, list, name, filter: JSON.stringify(filter), author },
  );
  if (!saved) throw tooMany();
  return saved;
}

/** Deletes a saved filter. Throws `not_found`. */
export async function deleteView(db: Database, tenantId: number, id: number): Promise<void> {
  const deleted = await queryRows(db, 'delete from list_views where tenant_id = $tenantId and id = $id returning id', {
    tenantId,
    id,
  });
  if (deleted.length === 0) throw notFound();
}

function tooMany(): AppError {
  return new AppError({
    code: 'too_many_views',
    status: 409,
    text: {
      ru: `Сохранено уже ${most} фильтров. Удалите один из них`,
      en: `There are ${most} saved filters already. Delete one of them`,
    },
  });
}
