import type { Random } from './random.ts';
import type { Ledger } from './soak-typed.ts';

const things = [
  'Камаз',
  'Volvo',
  '«Ёж»',
  'a#b&c?d',
  '100%',
  '+7',
  '🚚',
  "О'Нил",
  '$result[k0000]',
  '[резерв]',
  '1/2',
  'Ш',
];
const surnames = ['Иванов', 'Петрова', "О'Нил", 'Мамедов', 'Smith', 'Салтыков-Щедрин'];
const firstNames = ['Иван', 'Анна', 'Ольга', 'John', 'Рустам'];
const secondNames = ['Иванович', 'Петровна', 'Ильич', 'оглы', 'Кузьминична'];
const notes = ['звонить после 18', 'оплата [безнал]', '🚚 в пути 🚚', 'скидка 5 % & бонус', '<нет>', 'см. 1/2'];

/** The words of a text, marked up or not, whatever stands between them. */
export function wordsIn(text: unknown): string[] {
  const plain = String(text ?? '').replace(/&(?:#91|#93|lt|gt|quot|amp|nbsp);/g, ' ');
  return plain.match(/[\p{L}\p{N}]+|\p{Extended_Pictographic}/gu) ?? [];
}

/** A text and the mark in it. */
export interface Marked {
  value: string;
  mark: string;
}

export type Words = ReturnType<typeof makeWords>;

/** What people type. */
export function makeWords(random: Random, ledger: Ledger) {
  const some = (length: number) => Array.from({ length }, () => random.pick(things)).join(' ');

  function text(length = 2): Marked {
    const mark = ledger.word();
    return { value: random.once(2) ? `${some(length)} ${mark}` : `${mark} ${some(length)}`, mark };
  }

  return {
    text,

    /** A text of several lines, as programs and people leave them: also with HTML. */
    description(): Marked {
      const { value, mark } = text(3);
      return { value: random.pick([value, `${value}\nвторая строка`, `<b>${value}</b><br>ещё`]), mark };
    },

    /** A name in one line, in one of the orders in which people write it. */
    name(): Marked {
      const { first, second, last, mark } = nameParts();
      const middle = second === '' ? [] : [second];
      const words = random.once(2) ? [last, first, ...middle] : [first, ...middle, last];
      return { value: words.join(' '), mark };
    },

    /** A name as a manager sorts it into the fields of a contact. */
    nameParts,

    phone(): Marked {
      const mark = ledger.digits();
      const [a, b, c] = [mark.slice(0, 3), mark.slice(3, 5), mark.slice(5)];
      const value = random.pick([
        ...[`+7999${mark}`, `8 (999) ${a}-${b}-${c}`, `+375 29 ${a}-${b}-${c}`, `8 (029) ${a}-${b}-${c}`],
        ...[`050 ${a} ${b} ${c}`, `+380 (50) ${a}-${b}-${c}`, `+49 1512 ${mark}`, `доб. ${mark}`, `${mark}`],
      ]);
      return { value, mark };
    },

    email(person = 'user'): Marked {
      const mark = ledger.word();
      return { value: `${random.once(4) ? person.toUpperCase() : person}${mark}@example.com`, mark };
    },

    note(): Marked {
      const mark = ledger.word();
      const bare = `${random.pick(notes)} ${mark}`;
      const value = random.pick([bare, `[b]${bare}[/b]`, `<b>${bare}</b>`, `<div>${bare}</div>`, `${bare}: IMEI?`]);
      return { value, mark };
    },

    contractNumber(): Marked {
      const mark = ledger.number();
      return { value: random.pick([`№ ${mark}`, `15/${mark}`, mark, `Д-${mark}/2`]), mark };
    },

    /** Digits of a taxpayer: ten of a company. */
    inn(): Marked {
      const mark = ledger.digits();
      return { value: `770${mark}`, mark };
    },
  };

  function nameParts() {
    const mark = ledger.word();
    const second = random.once(2) ? random.pick(secondNames) : '';
    return { first: random.pick(firstNames), second, last: `${random.pick(surnames)} ${mark}`, mark };
  }
}
