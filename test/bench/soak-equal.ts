import { canonicalPhone } from '../../app/field-maps/canonical.ts';
import { shownAbove, splitComments } from '../../app/field-maps/comments.ts';
import { plainText } from '../../app/field-maps/markup.ts';
import { defaultPlace, nothingRemembered } from '../../app/field-maps/types.ts';
import { serialField } from './soak-field.ts';
import { wordsIn } from './soak-words.ts';

export type OurRow = Record<string, unknown> & { id: number };
type Theirs = Record<string, unknown>;

const numberMark = /n\d{5}n/g;

/** What of a row and its record of the portal is not the same. Empty for two that are. */
export function differencesOf(
  entity: 'object' | 'user' | 'contract',
  row: OurRow,
  record: Theirs,
  isTakenBack: boolean,
): string[] {
  const compare = { object: compareObject, user: compareUser, contract: compareContract }[entity];
  return compare(row, record, isTakenBack).map((what) => `${entity} ${row.id} and its record ${record.ID}: ${what}`);
}

function compareObject(row: OurRow, record: Theirs, isTakenBack: boolean): string[] {
  const { above, below } = splitComments(record.COMMENTS, nothingRemembered);
  const described = { ours: shownAbove(row.description) ?? '', theirs: plainText(above) ?? '' };
  // A deal that was an object's once and came back as another's: what it says of the former one is people's now, and nothing takes it away.
  const isOfFormer = isTakenBack && !record.ORIGIN_ID;
  const ending = record.CLOSED === 'Y' || row.end_date === null ? [] : [String(record.CLOSEDATE).slice(0, 10)];
  return [
    ...different('title', withoutNumber(row.name, row.number), withoutNumber(record.TITLE, row.number)),
    // A manager may leave it out.
    ...(isOfFormer || marksIn(record.TITLE).length === 0
      ? []
      : different('number', marksIn(row.number), marksIn(record.TITLE))),
    ...(isOfFormer ? [] : different('numbers in the name', [], marksIn(row.name))),
    ...different('description', described.ours, described.theirs),
    ...(isOfFormer && row.imei === null
      ? []
      : different('IMEI', row.imei ? [`IMEI: ${row.imei}`] : [], below.filter(isImei))),
    ...(serialField in record ? different('serial number', row.serial_number ?? '', record[serialField] ?? '') : []),
    ...(ending.length === 0 ? [] : different('end', [row.end_date], ending)),
  ];
}

const isImei = (line: string) => line.startsWith('IMEI: ');

function compareUser(row: OurRow, record: Theirs): string[] {
  const ours = wordsIn(row.name);
  // A second name that our side never had stays with the people there.
  const second = wordsIn(record.SECOND_NAME).filter((word) => ours.includes(word));
  const theirs = [...wordsIn(record.NAME), ...second, ...wordsIn(record.LAST_NAME)];
  return [
    ...different('name', ours.sort(), theirs.sort()),
    ...lacking('phone', row.phone, record.PHONE),
    ...lacking('e-mail', row.email, record.EMAIL),
  ];
}

function compareContract(row: OurRow, record: Theirs): string[] {
  return [
    ...different('name', wordsIn(row.client_name), wordsIn(record.TITLE)),
    ...lacking('phone', row.client_phone, record.PHONE),
    ...lacking('e-mail', row.client_email, record.EMAIL),
  ];
}

function different(what: string, ours: unknown, theirs: unknown): string[] {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return left === right ? [] : [`${what} is ${left} here, ${right} there`];
}

/** Our value is not among those of the portal, however it is written. */
function lacking(what: string, value: unknown, there: unknown): string[] {
  if (value === null || value === undefined) return [];
  const same = (text: unknown) => canonicalPhone(text, defaultPlace.country)?.toLowerCase();
  const values = ((there ?? []) as { VALUE: string }[]).map(({ VALUE }) => VALUE);
  return values.some((text) => same(text) === same(value))
    ? []
    : [`${what} ${value} is not among ${JSON.stringify(values)}`];
}

/** People leave the contract's number out, or put it elsewhere: that is no difference. */
function withoutNumber(title: unknown, number: unknown): string[] {
  const words = new Set([...wordsIn(String(number ?? '').toLowerCase()), 'договор', 'дог']);
  return wordsIn(title).filter((word) => !words.has(word.toLowerCase()));
}

function marksIn(text: unknown): string[] {
  return String(text ?? '').match(numberMark) ?? [];
}
