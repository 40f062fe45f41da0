import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { fill, type Phrase } from '../../../public/src/i18n/phrase.ts';

const folder = new URL('../../../public/src/words/', import.meta.url);

async function allPhrases(): Promise<[string, Phrase][]> {
  const phrases: [string, Phrase][] = [];
  for (const file of readdirSync(fileURLToPath(folder))) {
    const module: Record<string, Record<string, Phrase>> = await import(new URL(file, folder).href);
    for (const words of Object.values(module)) {
      for (const [key, phrase] of Object.entries(words)) phrases.push([`${file} ${key}`, phrase]);
    }
  }
  return phrases;
}

const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();
const formsIn = (text: string) =>
  [...text.matchAll(/\{\w+:([^}]*)\}/g)].map(([, forms = '']) => forms.split('|').length);

describe('the texts of the pages', () => {
  it('exist in both languages, with the same values in them', async () => {
    const phrases = await allPhrases();
    expect(phrases.length).to.be.greaterThan(150);
    for (const [name, { ru, en }] of phrases) {
      expect(ru.trim(), name).not.to.equal('');
      expect(en.trim(), name).not.to.equal('');
      expect(namesIn(ru), name).to.deep.equal(namesIn(en));
      expect(en, name).not.to.match(/[а-яё]/i);
    }
  });

  it('have three forms of a counted word in Russian and two in English', async () => {
    for (const [name, { ru, en }] of await allPhrases()) {
      expect(formsIn(ru), name).to.satisfy((counts: number[]) => counts.every((count) => count === 3));
      expect(formsIn(en), name).to.satisfy((counts: number[]) => counts.every((count) => count === 2));
    }
  });

  it('count as people do', () => {
    const text = '{count} {count:запись|записи|записей}';
    const said = (count: number) => fill(text, { count }, 'ru');
    expect([1, 2, 5, 11, 21, 104, 0].map(said)).to.deep.equal([
      '1 запись',
      '2 записи',
      '5 записей',
      '11 записей',
      '21 запись',
      '104 записи',
      '0 записей',
    ]);
    expect(fill('{count:record|records}', { count: 1 }, 'en')).to.equal('record');
    expect(fill('{count:record|records}', { count: 3 }, 'en')).to.equal('records');
  });

  it('take a value as text, whatever it looks like', () => {
    expect(fill('{name}!', { name: '{other} $& <b>' }, 'ru')).to.equal('{other} $& <b>!');
  });
});
