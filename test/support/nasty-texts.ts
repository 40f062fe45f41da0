const marker = '——— Axenta: ниже заполняется автоматически ———';

const repeated = (unit: string) => (length: number) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const between =
  (before: string, unit: string, after: string) =>
  (length: number): string =>
    before + repeated(unit)(length) + after;

const halves = (one: string, other: string) => (length: number) =>
  repeated(one)(length / 2) + repeated(other)(length / 2);

/** Texts that drive a pattern which tries again and again out of all proportion, by what they are; each makes a text of about `length` units. */
export const nastyTexts: Readonly<Record<string, (length: number) => string>> = {
  'tags that never end': repeated('[b='),
  'tags of links that never end': repeated('<a href='),
  'tags inside of tags': repeated('[b]'),
  'tags opened, then others closed': halves('[b]', '[/i]'),
  'tags that come forth as others are taken off': halves('[b', '[b]b]'),
  'tags behind brackets': between('', '[', `${'[b]'.repeat(20_000)}x`),
  'opening brackets': repeated('['),
  'closing brackets': halves('[', ']'),
  'brackets of both kinds': repeated('[<'),
  'less-than signs': repeated('<'),
  'less-than and greater-than signs': halves('<', '>'),
  'comments of HTML': repeated('<!--'),
  'breaks of HTML': repeated('<br>'),
  'quotation marks in angles': repeated('‹'),
  parentheses: repeated('('),
  'entities of entities': between('&', 'amp;', 'lt;'),
  entities: repeated('&lt;'),
  blanks: between('x', ' ', 'x'),
  'blanks at the end': between('x', ' ', ''),
  'blanks that do not break': between('x', '\u00a0', 'x'),
  'line ends': between('x', '\n', 'x'),
  'line ends of other systems': between('x', '\r', 'x'),
  'blanks before line ends': between('x', ' \n', 'x'),
  words: repeated('слово '),
  dashes: between('x', '-', 'x'),
  'long dashes': between('Axenta', '—', 'x'),
  'words of our line': repeated('— Axenta '),
  'our line in our line': halves('——— Axenta: ниже ', ' заполняется автоматически ———'),
  'our lines without end': repeated(`${marker} `),
  'words for a contract': repeated('договор '),
  'words for contracts, unfinished': repeated('(договор '),
  'full stops': between('x', '.', 'x'),
  digits: between('+', '7', ''),
  'digits of a filter': between('ent', '1', 'x'),
  'plus signs': repeated('+'),
  'addresses without an end': repeated('a@'),
  'addresses with many dots': between('', '@.', ' x'),
  'bars of money': repeated('1|'),
  'halves of characters': repeated('\ud83d'),
  emoji: repeated('🚚'),
  'accents on one letter': between('e', '\u0301', ''),
  'paths of webhooks': repeated('/rest/1/'),
  'tokens without a value': between('', 'auth= ', ''),
  'token names': repeated('access_token'),
};
