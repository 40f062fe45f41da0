import { expect } from 'chai';
import type { ListedError } from '../../../app/integration/error-list.ts';
import { decoded, errorCsv, explain } from '../../../app/integration/error-texts.ts';

describe('texts of errors', () => {
  const entities: [text: string, shown: string][] = [
    ['Поле &quot;Телефон&quot;', 'Поле "Телефон"'],
    ['&laquo;А&raquo; &lt;b&gt; &#039;x&#39;', "«А» <b> 'x'"],
    ['&amp;quot; is no quote', '&quot; is no quote'],
    ['R&D &unknown; & co', 'R&D &unknown; & co'],
  ];
  for (const [text, shown] of entities) it(`${text} is read as ${shown}`, () => expect(decoded(text)).to.equal(shown));

  const stored = {
    text: { ru: 'Нет прав. Дайте вебхуку право', en: 'No right. Give the webhook the permission' },
    advice: { ru: 'Дайте вебхуку право', en: 'Give the webhook the permission' },
  };
  const row = (code: string, response: unknown = stored) => ({ code, message: 'Нет прав', response });

  it('what happened and what to do are apart, in the language of the reader', () => {
    const said = explain(row('SOME_CODE'), { language: 'en', via: 'webhook' });
    expect(said).to.deep.equal({ message: 'No right', advice: 'Give the webhook the permission' });
  });

  it('an installed application gets no advice about a webhook, whenever the error was written', () => {
    for (const code of ['ACCESS_DENIED', 'insufficient_scope', 'NO_AUTH_FOUND', 'expired_token']) {
      const { advice } = explain(row(code), { language: 'ru', via: 'installation' });
      expect(advice, code)
        .to.be.a('string')
        .and.not.match(/вебхук/i);
      expect(explain(row(code), { language: 'ru', via: 'webhook' }).advice, code).to.match(/вебхук/i);
    }
  });

  it('without an answer of the portal the message stands, and nothing is advised', () => {
    expect(explain(row('own_code', null), { language: 'en', via: null })).to.deep.equal({
      message: 'Нет прав',
      advice: null,
    });
  });

  it('a row of the file has every column, and what a spreadsheet would calculate is text', () => {
    const error = {
      ...row('REFUSED'),
      ...{ updated_at: new Date('2026-11-26T10:00:00Z'), state: 'closed', local_type: 'object', local_id: 5 },
      ...{ local_name: '=1+1', bitrix24_id: '70', field: 'phone', value: '+7', attempts: 2, resolved_by: 'anna' },
      ...{ resolved_by_name: null, resolved_at: new Date('2026-11-26T11:00:00Z') },
    };
    // The columns that the file does not show are left out.
    expect(errorCsv(error as unknown as ListedError, { language: 'ru', via: 'webhook' })).to.equal(
      "2026-11-26T10:00:00.000Z,closed,object,5,'=1+1,70,phone,'+7,REFUSED,Нет прав,Дайте вебхуку право,2,anna,2026-11-26T11:00:00.000Z\r\n",
    );
  });
});
