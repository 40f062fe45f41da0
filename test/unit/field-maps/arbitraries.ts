import fc from 'fast-check';
import type { Mangle } from './simulated-pair.ts';

const awkward = fc.constantFrom(
  '[b]жирный[/b]',
  '<p>абзац</p>',
  'a < b && c > d',
  '&amp;lt;',
  '———',
  '——— Axenta: ниже заполняется автоматически ———',
  'IMEI: 123',
  'Договор: 5',
  ' (договор 7)',
  '🚚',
  '\r\n',
  '\u00a0',
  '  ',
  '0',
  'ООО «Ромашка»',
);

/** Texts as people, other programs and editors write them. */
export const anyText = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 12 })), { maxLength: 5 })
  .map((parts) => parts.join(' '));

const nullable = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });

export const anyName = anyText.filter((text) => text.replace(/\s/g, '') !== '');

export const anyDate = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

export const anyPhone = fc.oneof(
  fc.constantFrom(
    '+7 912 345-67-89',
    '8 (912) 345-67-89',
    '89123456789',
    '112',
    'нет',
    '+49 30 901820',
    '8 800 555-35-35 доб. 12',
  ),
  fc.string({ maxLength: 20 }),
);

export const anyEmail = fc.oneof(fc.emailAddress(), fc.constantFrom('Ivan.Petrov@Example.RU ', 'a@b.ru'));

export const anyObject = fc.record({
  name: anyName,
  description: nullable(anyText),
  imei: nullable(fc.stringMatching(/^\d{15}$/)),
  type: nullable(fc.constantFrom('vehicle', 'Трактор')),
  contract_number: nullable(fc.constantFrom('2024-17', 'А-1/2', '7')),
  contract_client_name: nullable(fc.constantFrom('ООО «Ромашка»', 'ИП Иванов')),
  contract_start_date: nullable(anyDate),
  contract_end_date: nullable(anyDate),
  contract_bitrix24_id: nullable(fc.integer({ min: 1, max: 9999 }).map(String)),
});

export const anyUser = fc.record({
  name: anyName,
  email: nullable(anyEmail),
  phone: nullable(anyPhone),
  role: fc.constantFrom('admin', 'user'),
  created_at: fc.constant('2026-01-27T10:30:01Z'),
  updated_at: anyDate,
});

export const anyContract = fc.record({
  number: fc.constantFrom('2024-17', 'А-1/2', '7'),
  title: nullable(anyText),
  client_name: nullable(anyText),
  client_email: nullable(anyEmail),
  client_phone: nullable(anyPhone),
  client_inn: nullable(fc.stringMatching(/^\d{10}$/)),
  client_kpp: nullable(fc.stringMatching(/^\d{9}$/)),
  start_date: nullable(anyDate),
  end_date: nullable(anyDate),
});

const textManglers: ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '<br>'),
  (text) => text.replace(/<[^>]*>/g, ''),
  (text) => text.replace(/\p{Extended_Pictographic}/gu, '?'),
  (text) => text.slice(0, 60),
  (text) => text.replace(/\s+/g, ' '),
  (text) => text.toUpperCase(),
  (text) => text.replaceAll('—', '-'),
  (text) => `[p]${text}[/p]`,
  () => '',
];

/** Portals that store something else than they were sent: any of these, after each other, the same way each time. */
export const anyMangle: fc.Arbitrary<Mangle> = fc.subarray(textManglers).map((chosen) => (field, value) => {
  if (field.endsWith('DATE') && typeof value === 'string') return `${value.slice(0, 10)}T03:00:00+03:00`;
  if (typeof value !== 'string') return value;
  return chosen.reduce((text, mangle) => mangle(text), value);
});
