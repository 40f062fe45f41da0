import { canonicalLine, canonicalNumber, isEmpty } from './canonical.ts';
import type { Canonical, CustomPair, FieldPair, LocalRecord } from './types.ts';

/** Amounts of records that have their currency in a field of its own (crm-deal-fields.md, crm-company-fields.md, 2026-08). */
const currencyFields: Readonly<Record<string, string>> = { OPPORTUNITY: 'CURRENCY_ID', REVENUE: 'CURRENCY_ID' };

/** Bitrix24's money, `100.00|USD`; the currency is missing where a field holds a bare number. */
export function canonicalMoney(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const [amount, currency] = String(value).split('|');
  return join(canonicalNumber(amount?.replaceAll(' ', '')), canonicalLine(currency));
}

function join(amount: Canonical, currency: Canonical): Canonical {
  if (amount === null) return null;
  return currency === null ? amount : `${amount}|${currency.toUpperCase()}`;
}

/** No amount and zero look the same in a field that is never empty. */
function unlessZero(money: Canonical): Canonical {
  return money?.split('|')[0] === '0' ? null : money;
}

/**
 * The pair of an amount and its currency with a money field (`100|USD`), with an amount beside its currency (OPPORTUNITY and
 * CURRENCY_ID), or with a bare number. Amount and currency travel together: a portal adds its base currency to an amount without one
 * (api-reference/crm/currency/index.md, crm-item-add.md, 2026-08).
 */
export function moneyPair({ local, bitrix24, owner }: CustomPair, currencyColumn: string): FieldPair {
  const currencyField = currencyFields[bitrix24];
  const clean = currencyField ? unlessZero : (money: Canonical) => money;
  const read = (record: LocalRecord) =>
    clean(join(canonicalNumber(record[local]), canonicalLine(record[currencyColumn])));
  return {
    key: `${local}:${bitrix24}`,
    owner,
    localFields: [local, currencyColumn],
    remoteFields: currencyField ? [bitrix24, currencyField] : [bitrix24],
    readLocal: read,
    readRemote({ fields }) {
      if (!currencyField) return canonicalMoney(fields[bitrix24]);
      return clean(join(canonicalNumber(fields[bitrix24]), canonicalLine(fields[currencyField])));
    },
    encode: read,
    // A field that holds a bare number has no place for a currency.
    encodeOver(record, { value }) {
      const money = read(record);
      return value === null || value.includes('|') ? money : (money?.split('|')[0] ?? null);
    },
    decode(value) {
      const [amount = null, currency] = value?.split('|') ?? [];
      return { [local]: amount, ...(currency && { [currencyColumn]: currency }) };
    },
    write(remote, value) {
      const [amount = null, currency] = value?.split('|') ?? [];
      const changed = currencyField
        ? { [bitrix24]: amount, ...(currency && { [currencyField]: currency }) }
        : { [bitrix24]: value };
      return { ...remote, fields: { ...remote.fields, ...changed } };
    },
  };
}
