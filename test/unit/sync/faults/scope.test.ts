import { expect } from 'chai';
import {
  ConnectionAcquireTimeoutError,
  ConnectionRefusedError,
  DatabaseError,
  HostNotFoundError,
  UniqueConstraintError,
} from 'sequelize';
import { byCode } from '../../../../app/bitrix24/error-rows.ts';
import {
  classify,
  fromNetworkFailure,
  oauthRefused,
  ownLimit,
  portalMoved,
} from '../../../../app/bitrix24/error-table.ts';
import { byCodeOfInstallation } from '../../../../app/bitrix24/installation-error-rows.ts';
import { AppError } from '../../../../app/lib/errors.ts';
import { faultName, type Place, type Scope, scopeOf } from '../../../../app/sync/faults/scope.ts';

/** What the engine does when it fails: the columns of the tables below, in their order. */
const places = {
  fields: { step: 'fields', entity: 'object', name: 'crm.item.fields' },
  list: { step: 'list', entity: 'object', name: 'crm.item.list' },
  verify: { step: 'verify', entity: 'object', name: 'crm.item.get' },
  write: { step: 'write', entity: 'object', name: 'crm.item.update' },
  'all writes': { step: 'write', entity: 'object', name: 'crm.item.update', common: true },
  step: { step: 'step', entity: 'user', name: 'crm.duplicate.findbycomm' },
  search: { step: 'search', entity: null, name: 'offline' },
} as const satisfies Record<string, Place>;
const columns = Object.entries(places) as [keyof typeof places, Place][];

type Word = 'record' | 'kind' | 'update' | 'method' | 'search' | 'all' | 'process';

/** What a word of the tables stands for. `update`: that operation on the kind. `all`: the connection. */
function meaning(word: Word, { name }: Place): Scope {
  switch (word) {
    case 'kind':
      return { scope: 'kind', subject: 'object' };
    case 'update':
      return { scope: 'kind', subject: 'object:update' };
    case 'method':
    case 'search':
      return { scope: word, subject: name };
    case 'all':
      return { scope: 'connection', subject: '' };
    default:
      return { scope: word };
  }
}

//                          fields    list      verify    write     all writes  step      search
const stopsAll = row('      all       all       all       all       all         all       all');
const closesMethod = row('  method    method    method    method    method      method    search');
const lacksFeature = row('  all       all       all       all       all         method    search');
const waitsForAll = row('   all       all       all       all       all         all       search');
const lacksRight = row('    kind      kind      record    record    update      method    search');
const oneRecord = row('     kind      kind      record    record    record      record    search');

/** Every code of the error table. */
const codes: Record<string, Word[]> = {
  // nothing of ours is answered any more
  overload_limit: stopsAll,
  portal_deleted: stopsAll,
  no_auth_found: stopsAll,
  invalid_credentials: stopsAll,
  invalid_token: stopsAll,
  expired_token: stopsAll,
  error_oauth: stopsAll,
  application_not_found: stopsAll,
  authorization_error: stopsAll,
  not_installed: stopsAll,
  invalid_client: stopsAll,
  invalid_scope: stopsAll,
  user_access_error: stopsAll,
  allowed_only_intranet_user: stopsAll,
  payment_required: stopsAll,
  // of the CRM's methods; others are below
  insufficient_scope: row('all all all all all all search'),
  // the plan lacks it
  wrong_license: lacksFeature,
  // one method
  wrong_auth_type: closesMethod,
  method_confirm_waiting: closesMethod,
  method_confirm_denied: closesMethod,
  error_method_not_found: closesMethod,
  operation_time_limit: closesMethod,
  // the portal's word on a limit, and its silence, as long as a plain question is not answered either
  query_limit_exceeded: waitsForAll,
  internal_server_error: waitsForAll,
  error_unexpected_answer: waitsForAll,
  connection_error: waitsForAll,
  // a right that is missing
  access_denied: lacksRight,
  // values, and records that are gone
  not_found: oneRecord,
  error_not_found: oneRecord,
  error_entity_not_found: oneRecord,
  error_batch_length_exceeded: oneRecord,
  error_batch_method_not_allowed: oneRecord,
  error_argument: oneRecord,
  invalid_arg_value: oneRecord,
  invalid_request: oneRecord,
  error_core: oneRecord,
  crm_field_error_value_not_valid: oneRecord,
  crm_field_error_required: oneRecord,
  max_import_batch_size_exceeded: oneRecord,
  '100': oneRecord,
  '0': oneRecord,
  '': oneRecord,
};

/** Other failures than codes of REST. */
const failures: [string, unknown, Word[]][] = [
  ['a code of tomorrow', classify({ status: 400, body: { error: 'A_CODE_OF_TOMORROW' } }), oneRecord],
  ['a page of HTML', classify({ status: 502, body: '<html>' }), waitsForAll],
  ['no answer', fromNetworkFailure({ code: 'ECONNRESET' }), waitsForAll],
  ['a limit of our own', ownLimit(1000), waitsForAll],
  ['a portal that moved and left the webhook behind', portalMoved(false, 'b.example'), stopsAll],
  ['a portal that moved, with an installation', portalMoved(true, 'b.example'), waitsForAll],
  ['the end of the token chain', oauthRefused(400, { error: 'invalid_grant' }), stopsAll],
  ['an authorization server that is down', oauthRefused(502, '<html>'), waitsForAll],
  ['no right to a batch as a whole: REST is closed', refusedBatch(), lacksFeature],
  ['a value that PostgreSQL refuses', databaseError('22001'), row('record record record record record record search')],
  [
    'a row that is there already',
    new UniqueConstraintError({}),
    row('record record record record record record search'),
  ],
  ['an error of ours', refusal(), row('record record record record record record search')],
  ['a defect of ours', new TypeError('x'), row('record record record record record record search')],
  ['nothing at all', undefined, row('record record record record record record search')],
  ['PostgreSQL that refuses connections', new ConnectionRefusedError(new Error('x')), everywhere('process')],
  ['PostgreSQL that is not found', new HostNotFoundError(new Error('x')), everywhere('process')],
  ['PostgreSQL without a free connection', new ConnectionAcquireTimeoutError(new Error('x')), everywhere('process')],
  ['PostgreSQL that ends the session', databaseError('57P01'), everywhere('process')],
  ['PostgreSQL that starts up', databaseError('57P03'), everywhere('process')],
  ['PostgreSQL whose connection broke', databaseError('08006'), everywhere('process')],
  ['PostgreSQL whose socket was reset', databaseError('ECONNRESET'), everywhere('process')],
];

/** The portal fails at one thing and answers a plain question: it is that thing's failure. */
const partly: [string, unknown][] = [
  ['an internal error', classify({ status: 500, body: { error: 'INTERNAL_SERVER_ERROR' } })],
  ['a page of HTML', classify({ status: 502, body: '<html>' })],
  ['no answer', fromNetworkFailure({ code: 'ETIMEDOUT' })],
];

describe('the scope of a failure', () => {
  it('is stated for every code of the error table', () => {
    const known = new Set([...Object.keys(byCode), ...Object.keys(byCodeOfInstallation)]);
    expect(Object.keys(codes).sort()).to.deep.equal([...known].sort());
  });

  for (const [code, words] of Object.entries(codes)) {
    it(`of ${code || 'an empty code'}: ${said(words)}`, () => {
      for (const via of ['webhook', 'installation'] as const) {
        if (!(code in byCode) && via === 'webhook') continue;
        for (const error of [code, code.toUpperCase()]) {
          expectScopes(classify({ status: 400, body: { error }, via }), words);
        }
      }
    });
  }

  for (const [name, error, words] of failures) {
    it(`of ${name}: ${said(words)}`, () => expectScopes(error, words));
  }

  for (const [name, error] of partly) {
    it(`of ${name}, while the portal answers a plain question: ${said(lacksRight)}`, () => {
      expectScopes(error, lacksRight, { portalAnswers: true });
      expectScopes(error, waitsForAll, { portalAnswers: false });
    });
  }

  for (const [method, expected] of [
    ['placement.bind', 'method'],
    ['tasks.task.list', 'method'],
    ['event.bind', 'method'],
    ['user.get', 'method'],
    ['crm.item.list', 'all'],
    ['crm.status.list', 'all'],
  ] as const) {
    it(`of a permission that ${method} lacks: ${expected}`, () => {
      const place: Place = { step: 'step', entity: null, name: method };
      const error = classify({ status: 403, body: { error: 'insufficient_scope' }, via: 'installation' });
      expect(scopeOf(error, place)).to.deep.equal(meaning(expected, place));
    });
  }

  it('of a field list that belongs to no kind is the method', () => {
    const place: Place = { step: 'fields', entity: null, name: 'crm.status.list' };
    const error = classify({ status: 400, body: { error: 'ACCESS_DENIED' } });
    expect(scopeOf(error, place)).to.deep.equal({ scope: 'method', subject: 'crm.status.list' });
  });

  it('names the operation as the last word of its method', () => {
    const place: Place = { step: 'write', entity: 'contract', name: 'crm.item.batchImport', common: true };
    const error = classify({ status: 400, body: { error: 'ACCESS_DENIED' } });
    expect(scopeOf(error, place)).to.deep.equal({ scope: 'kind', subject: 'contract:batchImport' });
  });

  it('has a name for the queue', () => {
    expect(faultName({ scope: 'kind', subject: 'object:update' })).to.equal('kind:object:update');
    expect(faultName({ scope: 'connection', subject: '' })).to.equal('connection:');
  });
});

function expectScopes(error: unknown, words: readonly Word[], more: Partial<Place> = {}): void {
  const found = columns.map(([column, place]) => [column, scopeOf(error, { ...place, ...more })]);
  const expected = columns.map(([column, place], index) => [column, meaning(words[index] ?? 'record', place)]);
  expect(found).to.deep.equal(expected);
}

function row(line: string): Word[] {
  return line.trim().split(/\s+/) as Word[];
}

function everywhere(word: Word): Word[] {
  return columns.map(() => word);
}

function said(words: readonly Word[]): string {
  return columns.map(([column], index) => `${column} ${words[index]}`).join(', ');
}

function databaseError(code: string): DatabaseError {
  return new DatabaseError(Object.assign(new Error('x'), { code, sql: '' }));
}

function refusal(): AppError {
  return new AppError({ code: 'not_found', status: 404, text: { ru: 'Нет', en: 'None' } });
}

function refusedBatch() {
  return classify({ status: 403, body: { error: 'ACCESS_DENIED' }, whole: true });
}
