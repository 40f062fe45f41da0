/** A field or a list as it was read, by name. */
export interface SchemaItem {
  /** Of a user field; absent where it was not told. */
  id?: string | null;
  title: string;
  /** Empty for a list. */
  type: string;
  isMultiple: boolean;
  isRequired: boolean;
  isReadOnly: boolean;
  /** ENTITY_ID of the list that the field takes its values from. */
  statusType: string | null;
  options: readonly { id: string; name: string }[];
}

export type Schema = Readonly<Record<string, SchemaItem>>;

export interface SchemaChange {
  kind: 'removed' | 'retyped' | 'required' | 'renamed' | 'option_removed';
  /** The field by its upper-case name, or the list by its ENTITY_ID. */
  name: string;
  /** The option's id; empty for a change of the field itself. */
  optionId: string;
  /** What people called the field before. */
  title: string;
  before: string | null;
  after: string | null;
}

/** Of these fields must so many have kept their title, or the titles are another person's language. */
const keptShare = 0.5;

/** What changed between two looks at a portal's fields, or lists, in a way that somebody may have to act on. Pure. */
export function compareSchemas(before: Schema, after: Schema): SchemaChange[] {
  const pairs = Object.entries(before).map(([name, former]) => ({ name, former, now: after[name] }));
  const kept = pairs.filter(({ former, now }) => former.title === now?.title).length;
  const isOtherLanguage = kept < pairs.length * keptShare;
  return pairs.flatMap(({ name, former, now }) => {
    const change = (kind: SchemaChange['kind'], values: Partial<SchemaChange> = {}): SchemaChange => {
      return { kind, name, optionId: '', title: former.title, before: null, after: null, ...values };
    };
    if (!now) return [change('removed', { before: former.type || null })];
    const changes: SchemaChange[] = [];
    if (typeOf(now) !== typeOf(former)) changes.push(change('retyped', { before: typeOf(former), after: typeOf(now) }));
    if (now.isRequired && !former.isRequired) changes.push(change('required'));
    if (now.title !== former.title && !isOtherLanguage) {
      changes.push(change('renamed', { before: former.title, after: now.title }));
    }
    const left = new Set(now.options.map(({ id }) => id));
    const removed = former.options.filter(({ id }) => !left.has(id));
    return [
      ...changes,
      ...removed.map(({ id, name: option }) => change('option_removed', { optionId: id, before: option })),
    ];
  });
}

/** Fields that were deleted and made again between two looks: the name is the same, the id is not. Pure. */
export function remadeFields(before: Schema, after: Schema): string[] {
  return Object.entries(after).flatMap(([name, { id }]) => {
    const former = before[name]?.id;
    return id && former && id !== former ? [name] : [];
  });
}

/** Whether a change that was noticed earlier is no difference any more. Pure. */
export function isUndone({ kind, name, optionId, before }: SchemaChange, now: Schema): boolean {
  const item = now[name];
  switch (kind) {
    case 'removed':
      return item !== undefined;
    case 'retyped':
      return item !== undefined && typeOf(item) === before;
    case 'required':
      return item !== undefined && !item.isRequired;
    case 'renamed':
      return item?.title === before;
    case 'option_removed':
      return item?.options.some(({ id }) => id === optionId) ?? false;
  }
}

function typeOf({ type, isMultiple }: SchemaItem): string {
  return isMultiple ? `${type}[]` : type;
}
