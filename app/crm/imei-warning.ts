import type { Warning } from '../http/route.ts';

/**
 * What a person should look at in a record that was stored all the same: an IMEI whose last digit is not its check digit (Luhn; 3GPP TS
 * 23.003, annex B) is often a mistyped one, but trackers have numbers that do not follow it. Pure.
 */
export function warningsOf({ imei }: Record<string, unknown>): Warning[] {
  return typeof imei !== 'string' || hasCheckDigit(imei) ? [] : [warning];
}

const warning: Warning = {
  path: 'imei',
  code: 'imei_check_digit',
  text: {
    ru: 'Контрольная цифра IMEI не сходится. Запись сохранена; проверьте номер, если это не особый номер трекера',
    en: 'The check digit of the IMEI is wrong. The record is stored; look at the number again, unless the tracker has one of its own kind',
  },
};

function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
