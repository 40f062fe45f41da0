import { Writable } from 'node:stream';
import { expect } from 'chai';
import { type LogOptions, makeLog } from '../../../app/lib/log.ts';
import { redact } from '../../../app/lib/redact.ts';

function collect(options: Omit<LogOptions, 'output'>) {
  const lines: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log: makeLog({ ...options, output }), lines };
}

const secretUrl = 'https://portal.example/rest/1/abcd1234efgh/crm.deal.list';

describe('makeLog', () => {
  it('prints lines that people know: prefix, local time, message, fields', () => {
    const { log, lines } = collect({ level: 'info', format: 'text' });
    log.child({ tenant_id: 7 }).info({ operation: 'create', missing: undefined }, 'Объект 123 успешно синхронизирован');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^\[BITRIX24\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Объект 123 успешно синхронизирован tenant_id=7 operation=create\n$/,
    );
  });

  it('marks warnings and errors, the error with its stack', () => {
    const { log, lines } = collect({ level: 'info', format: 'text' });
    log.warn('Внимательно');
    log.error({ err: new Error('It broke') }, 'Не вышло');
    expect(lines[0]).to.match(/ Внимательно level=warn\n$/);
    expect(lines[1]).to.match(/ Не вышло level=error\n {2}Error: It broke\n {6}at /);
  });

  for (const end of ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029']) {
    it(`lets no text from outside begin a line: ${JSON.stringify(end)}`, () => {
      const { log, lines } = collect({ level: 'info', format: 'text' });
      const forged = `Камаз${end}[BITRIX24] 2026/01/01 00:00:00 подделка`;
      log.error({ record: forged, err: new Error(forged) }, `Объект ${forged}`);
      const begun = lines
        .join('')
        .split(/[\n\r\v\f\u0085\u2028\u2029]/)
        .filter((line) => line.startsWith('[BITRIX24]'));
      expect(begun).to.have.length(1);
    });
  }

  it('lets no text from outside speak to the terminal', () => {
    const { log, lines } = collect({ level: 'info', format: 'text' });
    log.error({ err: new Error('\u001b[2J') }, 'Камаз \u001b[2J\u0007');
    expect(lines.join('')).to.not.include('\u001b').and.not.include('\u0007');
  });

  it('prints one JSON object a line for collectors', () => {
    const { log, lines } = collect({ level: 'debug', format: 'json' });
    log.debug({ tenant_id: 7, err: new Error('It broke') }, 'Сообщение');
    const line = JSON.parse(lines[0] ?? '');
    expect(line).to.include({ tenant_id: 7, msg: 'Сообщение', level: 20, name: 'axenta-bitrix24' });
    expect(line.err).to.include({ name: 'Error', message: 'It broke' });
  });

  it('keeps quiet below its level', () => {
    const { log, lines } = collect({ level: 'warn', format: 'text' });
    log.info('Тихо');
    expect(lines).to.deep.equal([]);
  });

  for (const format of ['text', 'json'] as const) {
    it(`never prints a secret that an error carries, in form ${format}`, () => {
      const { log, lines } = collect({ level: 'info', format });
      const cause = Object.assign(new Error(`connect ${secretUrl}`), {
        config: { url: secretUrl, headers: { Authorization: 'Bearer abcd1234efgh' } },
      });
      log.error({ err: new Error(`POST ${secretUrl} failed`, { cause }) }, 'Не вышло');
      expect(lines.join('')).to.contain('/rest/1/***/crm.deal.list');
      expect(lines.join('')).not.to.contain('abcd1234efgh');
    });
  }
});

describe('redact', () => {
  for (const [text, expected] of [
    [secretUrl, 'https://portal.example/rest/1/***/crm.deal.list'],
    ['https://portal.example/rest/api/27/s3cret_-x/tasks', 'https://portal.example/rest/api/27/***/tasks'],
    ['auth=0123456789abcdef&x=1', 'auth=***&x=1'],
    ['{"access_token":"0123456789abcdef","expires":3600}', '{"access_token":"***","expires":3600}'],
    ['refresh_token: 0123456789.abcdef-', 'refresh_token: ***'],
    ["client_secret='0123456789'", "client_secret='***'"],
    ['APPLICATION_TOKEN=0123456789abcdef', 'APPLICATION_TOKEN=***'],
    ['/rest/crm.deal.list and /rest/1', '/rest/crm.deal.list and /rest/1'],
    ['author=Иванов', 'author=Иванов'],
  ] as const) {
    it(`turns ${text} into ${expected}`, () => expect(redact(text)).to.equal(expected));
  }
});
