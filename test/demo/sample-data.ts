/** A company's believable records, the same for the same seed. */
export interface SampleCompany {
  name: string;
  contracts: SampleContract[];
  objects: SampleObject[];
  users: SampleUser[];
}

export interface SampleContract {
  number: string;
  title: string;
  client_name: string;
  client_inn: string;
  client_kpp: string | null;
  client_email: string;
  client_phone: string;
  start_date: string;
  end_date: string;
  total_amount: number;
}

export interface SampleObject {
  name: string;
  type: string;
  imei: string;
  phone_number: string;
  description: string;
  /** Index into `contracts`. */
  contract: number;
}

export interface SampleUser {
  name: string;
  email: string;
  phone: string;
  role: string;
}

const maleNames = [
  'Александр',
  'Дмитрий',
  'Сергей',
  'Андрей',
  'Михаил',
  'Игорь',
  'Павел',
  'Николай',
  'Рустам',
  'Тимур',
];
const femaleNames = ['Анна', 'Мария', 'Елена', 'Ольга', 'Татьяна', 'Наталья', 'Гульнара', 'Светлана', 'Ирина', 'Юлия'];
const surnames = [
  'Иванов',
  'Смирнов',
  'Кузнецов',
  'Попов',
  'Васильев',
  'Петров',
  'Соколов',
  'Новиков',
  'Фёдоров',
  'Волков',
  'Алексеев',
  'Лебедев',
];
const firms = [
  'Ромашка',
  'СтройТранс',
  'Северный путь',
  'АгроХолдинг',
  'Логистика Плюс',
  'ВолгаТранс',
  'Горизонт',
  'Нефтесервис',
  'ТехАвто',
  'Магистраль',
];
const forms = ['ООО', 'АО', 'ИП'];
const vehicles: [string, string][] = [
  ['Камаз 5490', 'truck'],
  ['ГАЗель Next', 'van'],
  ['МАЗ 6501', 'truck'],
  ['Экскаватор Hitachi ZX200', 'machinery'],
  ['Трактор Беларус 82', 'machinery'],
  ['Лада Ларгус', 'car'],
  ['Scania R450', 'truck'],
  ['Рефрижератор Schmitz', 'trailer'],
];
const notes = [
  'Датчик топлива в левом баке',
  'Тахограф подключён к шине CAN',
  'Стоянка на северной площадке',
  'Установлен резервный аккумулятор',
];
const latin: Record<string, string> = Object.fromEntries(
  [...'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'].map((letter, index) => [
    letter,
    [
      'a',
      'b',
      'v',
      'g',
      'd',
      'e',
      'e',
      'zh',
      'z',
      'i',
      'y',
      'k',
      'l',
      'm',
      'n',
      'o',
      'p',
      'r',
      's',
      't',
      'u',
      'f',
      'kh',
      'ts',
      'ch',
      'sh',
      'sch',
      '',
      'y',
      '',
      'e',
      'yu',
      'ya',
    ][index] ?? '',
  ]),
);

/** Makes the records of one company. */
export function makeSampleCompany(
  name: string,
  seed: number,
  counts: { contracts: number; objects: number; users: number },
): SampleCompany {
  const random = makeRandom(seed);
  const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(random() * from.length)] as Value;
  const digits = (length: number) => Array.from({ length }, () => Math.floor(random() * 10)).join('');
  const phone = () => `+7 9${digits(2)} ${digits(3)}-${digits(2)}-${digits(2)}`;

  const contracts = Array.from({ length: counts.contracts }, (_, index): SampleContract => {
    const firm = `${pick(firms)} ${index + 1}`;
    const form = pick(forms);
    const year = 2024 + Math.floor(random() * 3);
    const month = String(1 + Math.floor(random() * 12)).padStart(2, '0');
    return {
      number: `${year}-${String(index + 1).padStart(3, '0')}`,
      title: `Спутниковый мониторинг, ${firm}`,
      client_name: `${form} «${firm}»`,
      client_inn: form === 'ИП' ? digits(12) : `7${digits(9)}`,
      client_kpp: form === 'ИП' ? null : `77${digits(7)}`,
      client_email: `office${index + 1}@${toLatin(firm)}.example`,
      client_phone: phone(),
      start_date: `${year}-${month}-01`,
      end_date: `${year + 1}-${month}-01`,
      total_amount: 1000 * (10 + Math.floor(random() * 400)),
    };
  });
  const objects = Array.from({ length: counts.objects }, (_, index): SampleObject => {
    const [model, type] = pick(vehicles);
    const letters = () => pick([...'АВЕКМНОРСТУХ']);
    const plate = `${letters()}${digits(3)}${letters()}${letters()} ${1 + Math.floor(random() * 99)}`;
    const imei = makeImei(`86${String(seed).padStart(4, '0')}${String(index).padStart(8, '0')}`);
    return {
      name: `${model} ${plate}`,
      type,
      imei,
      phone_number: phone(),
      description: random() < 0.5 ? pick(notes) : '',
      contract: index % counts.contracts,
    };
  });
  const users = Array.from({ length: counts.users }, (_, index): SampleUser => {
    const isFemale = random() < 0.5;
    const surname = pick(surnames) + (isFemale ? 'а' : '');
    const first = pick(isFemale ? femaleNames : maleNames);
    return {
      name: `${first} ${surname}`,
      email: `${toLatin(first)}.${toLatin(surname)}${index + 1}@mail.example`,
      phone: phone(),
      role: index % 15 === 0 ? 'admin' : 'user',
    };
  });
  return { name, contracts, objects, users };
}

/** Adds the check digit (Luhn) to the first fourteen digits. */
function makeImei(first14: string): string {
  const sum = [...first14].reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return first14 + String((10 - (sum % 10)) % 10);
}

function toLatin(text: string): string {
  return [...text.toLowerCase()].map((letter) => latin[letter] ?? (/[a-z0-9]/.test(letter) ? letter : '')).join('');
}

/** mulberry32: small, and the same on every machine. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
