import { Writable } from 'node:stream';
import { calendarDay } from '../../app/bitrix24/calendar-day.ts';
import type { RemoteRecord } from '../../app/bitrix24/client.ts';
import * as errorTable from '../../app/bitrix24/error-table.ts';
import { textOrNull, toRecord } from '../../app/bitrix24/item-codec.ts';
import { filterIgnored, itemsOf } from '../../app/bitrix24/list-answer.ts';
import { utcOffsetOf } from '../../app/bitrix24/utc-offset.ts';
import { parseWebhookUrl, webhookAt } from '../../app/bitrix24/webhook-url.ts';
import { fieldEventOf, recordEventOf, taskEventOf } from '../../app/events/event-names.ts';
import * as canonical from '../../app/field-maps/canonical.ts';
import { contractLines } from '../../app/field-maps/clients.ts';
import * as comments from '../../app/field-maps/comments.ts';
import { contractMapFor } from '../../app/field-maps/contracts.ts';
import { fieldMapFor } from '../../app/field-maps/custom.ts';
import { fileAddress } from '../../app/field-maps/file-address.ts';
import { KnownLines, labelOf } from '../../app/field-maps/known-lines.ts';
import { balanced, plainText, showableText, toMarkup } from '../../app/field-maps/markup.ts';
import { canonicalMoney } from '../../app/field-maps/money.ts';
import { newLocalRecord } from '../../app/field-maps/new-local.ts';
import { isClosed, objectMap } from '../../app/field-maps/objects.ts';
import { canonicalMoment } from '../../app/field-maps/plain-pair.ts';
import { diffRemote } from '../../app/field-maps/remote-changes.ts';
import { funnelOf, inFunnel } from '../../app/field-maps/stages.ts';
import { withoutTags } from '../../app/field-maps/tags.ts';
import { defaultPlace, type FieldMap, type FieldPair, type RemoteValues } from '../../app/field-maps/types.ts';
import { userMapFor } from '../../app/field-maps/users.ts';
import { valueMapOf } from '../../app/field-maps/value-map.ts';
import { escapeHtml } from '../../app/http/escape-html.ts';
import { makeLog } from '../../app/lib/log.ts';
import { redact } from '../../app/lib/redact.ts';
import { replaceUnits } from '../../app/lib/replace-units.ts';
import { localIdentity, phoneKey, remoteIdentity } from '../../app/sync/plan/identity.ts';
import { readOrigin, renewedOrigin } from '../../app/sync/plan/origin-id.ts';

type Reader = (text: string) => unknown;

/** A text in so many places is no longer than the text. */
const shared = (text: string, places: number) => text.slice(0, Math.ceil(text.length / places));
/** COMMENTS are cut before they are taken apart. */
const asComments = (text: string) => shared(text, 5);

const columns =
  `name description imei type phone_number serial_number status contract_number contract_client_name email phone role number
  title client_name client_email client_phone client_inn client_kpp client_address start_date end_date total_amount currency`.split(
    /\s+/,
  );
const fields =
  `TITLE COMMENTS NAME LAST_NAME SECOND_NAME BEGINDATE CLOSEDATE COMPANY_ID CLOSED STAGE_SEMANTIC_ID UF_TEXT UF_MONEY
  UF_DATE`.split(/\s+/);

const local = (text: string, named: readonly string[] = columns) => ({
  id: 1,
  ...Object.fromEntries(columns.map((column) => [column, named.includes(column) ? shared(text, named.length) : 'x'])),
});

const remote = (text: string, named: readonly string[] = fields): RemoteValues => ({
  fields: Object.fromEntries(fields.map((field) => [field, named.includes(field) ? shared(text, named.length) : 'x'])),
  multifields: [
    { id: 1, typeId: 'EMAIL', valueType: 'WORK', value: shared(text, named.length) },
    { id: 2, typeId: 'PHONE', valueType: 'WORK', value: shared(text, named.length) },
  ],
});

const record = (text: string): RemoteRecord => ({
  ...remote(text),
  id: 1,
  modifiedAt: new Date(0),
  createdAt: null,
  originatorId: 'axenta',
  originId: text,
});

/** Our part of COMMENTS was as long as the text is now. */
const remembered = (pair: FieldPair, text: string) => ({ values: { [pair.key]: text }, ids: {}, foreign: {} });

/** Every way in which a pair meets a text. */
function pairReaders({ entity, pairs }: FieldMap): Record<string, Reader> {
  const readersOf = (pair: FieldPair): Record<string, Reader> => {
    const ours = (text: string) => local(text, pair.localFields);
    const theirs = (text: string) => remote(text, pair.remoteFields);
    return {
      readLocal: (text) => pair.readLocal(ours(text)),
      readRemote: (text) => pair.readRemote(theirs(text), remembered(pair, text)),
      encode: (text) => pair.encode(ours(text)),
      encodeOver: (text) => pair.encodeOver?.(ours(shared(text, 3)), standing(shared(text, 3))),
      decode: (text) => pair.decode(shared(text, 3), ours(shared(text, 3)), shared(text, 3)),
      write: (text) => pair.write(theirs(shared(text, 2)), shared(text, 2), remembered(pair, text)),
      track: (text) => pair.track?.(theirs(shared(text, 2)), remembered(pair, text), shared(text, 2)),
    };
  };
  const named = pairs.flatMap((pair) =>
    Object.entries(readersOf(pair)).map(([name, read]) => [`${entity}.${pair.key}.${name}`, read] as const),
  );
  return Object.fromEntries(named);
}

const standing = (text: string) => ({ value: text, localShadow: text });

const ownPairs = fieldMapFor('contract', {
  custom: [
    { local: 'description', bitrix24: 'UF_TEXT', owner: 'both' },
    { local: 'total_amount', bitrix24: 'UF_MONEY', owner: 'both' },
    { local: 'start_date', bitrix24: 'UF_DATE', owner: 'both' },
    { local: 'client_inn', bitrix24: 'UF_NUMBER', owner: 'both', conversion: 'number' },
    { local: 'client_kpp', bitrix24: 'UF_PHONE', owner: 'both', conversion: 'phone' },
    { local: 'status', bitrix24: 'UF_LIST', owner: 'both', conversion: 'list', values: [{ crm: 'x', bitrix24: '1' }] },
    { local: 'client_address', bitrix24: 'UF_FILE', owner: 'both', conversion: 'file' },
  ],
});
const objectWithNumber: FieldMap = { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key !== 'close_date') };

const names = {
  byItemName: new Map([['title', { upperName: 'TITLE', type: 'date' }]]),
  byUpperName: new Map(),
} as never;
const owner = { database: 'abcdefgh', tenantId: 1, entity: 'object' } as const;
const comparing = { named: { field: 'TITLE', column: 'name' }, country: 'RU', requisites: [] } as const;
const silent = makeLog({
  level: 'debug',
  format: 'text',
  output: new Writable({ write: (_chunk, _encoding, done) => done() }),
});
const silentJson = makeLog({
  level: 'debug',
  format: 'json',
  output: new Writable({ write: (_chunk, _encoding, done) => done() }),
});
const none = { values: {}, ids: {}, foreign: {} };

/** What reads texts from outside, by file and exported name. Ways of the same export stand behind a blank. */
export const textReaders: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  'app/field-maps/canonical.ts': {
    isEmpty: canonical.isEmpty,
    canonicalText: canonical.canonicalText,
    canonicalLine: canonical.canonicalLine,
    canonicalDate: canonical.canonicalDate,
    canonicalNumber: canonical.canonicalNumber,
    canonicalBoolean: canonical.canonicalBoolean,
    canonicalId: canonical.canonicalId,
    canonicalEmail: canonical.canonicalEmail,
    canonicalPhone: (text) => canonical.canonicalPhone(text, 'RU'),
    dayOfMoment: (text) => canonical.dayOfMoment(text, 180),
    clip: (text) => canonical.clip(text, 255),
    'clip to its own length': (text) => canonical.clip(text, text.length - 1),
  },
  'app/field-maps/clients.ts': { contractLines: (text) => contractLines(local(text)) },
  'app/field-maps/comments.ts': {
    splitComments: (text) => comments.splitComments(text, none),
    'splitComments with known lines': (text) => comments.splitComments(text, { ...none, values: { details: text } }),
    'splitComments below the marker': (text) =>
      comments.splitComments(`——— Axenta: ниже ———\n${text}`, { ...none, values: { details: `IMEI: 1\n${text}` } }),
    shownAbove: comments.shownAbove,
    joinComments: (text) => comments.joinComments({ above: text, below: text }),
    labelledLine: (text) => comments.labelledLine('IMEI', text),
    readAbove: (text) => comments.readAbove(remote(text), none),
    writeAbove: (text) => comments.writeAbove(remote(text), text, none),
  },
  'app/field-maps/contracts.ts': { contractMapFor: () => null, ...pairReaders(contractMapFor(defaultPlace)) },
  'app/field-maps/custom.ts': { fieldMapFor: () => null, ...pairReaders(ownPairs) },
  'app/field-maps/file-address.ts': { fileAddress: (text) => fileAddress({ url: text }, 'portal.example') },
  'app/field-maps/known-lines.ts': {
    labelOf,
    KnownLines: (whole) => {
      const text = asComments(whole);
      const known = new KnownLines(text.split('\n'));
      return [known.startOf(`${text} x`), known.labelsMissingIn(new Set([text]))];
    },
  },
  'app/field-maps/markup.ts': { plainText, showableText, toMarkup, balanced: (text) => balanced(asComments(text)) },
  'app/field-maps/money.ts': { canonicalMoney },
  'app/field-maps/new-local.ts': { newLocalRecord: (text) => newLocalRecord(userMapFor(defaultPlace), record(text)) },
  'app/field-maps/objects.ts': { isClosed: (text) => isClosed(remote(text)), ...pairReaders(objectWithNumber) },
  'app/field-maps/plain-pair.ts': { canonicalMoment },
  'app/field-maps/remote-changes.ts': { diffRemote: (text) => diffRemote(remote(text), remote(`${text}x`)) },
  'app/field-maps/stages.ts': { funnelOf, inFunnel: (text) => inFunnel(text, 5) },
  'app/field-maps/tags.ts': { withoutTags: (text) => withoutTags(text, { withBb: true }) },
  'app/field-maps/value-map.ts': {
    valueMapOf: (text) => {
      const half = shared(text, 2);
      const map = valueMapOf({ local: 'type', bitrix24: 'UF_LIST', owner: 'both' }, [{ id: half, name: half }]);
      return [map.toList(text), map.toCrm(text)];
    },
  },
  'app/field-maps/users.ts': { userMapFor: () => null, ...pairReaders(userMapFor(defaultPlace)) },
  'app/bitrix24/calendar-day.ts': {
    calendarDay,
    'calendarDay of a time': (text) => calendarDay(`2026-11-26T10:00:00${text}`),
  },
  'app/bitrix24/error-table.ts': {
    classify: (text) => errorTable.classify({ status: 400, body: { error: text, error_description: text } }),
    fromNetworkFailure: (text) => errorTable.fromNetworkFailure({ code: 'ECONNRESET', message: text.slice(0, 10_000) }),
    oauthRefused: (text) => errorTable.oauthRefused(400, { error: text, error_description: text }),
    isLimitCode: errorTable.isLimitCode,
    adviceFor: (text) => errorTable.adviceFor(text, { via: 'installation', stored: { ru: text, en: text } }),
    refusedValue: errorTable.refusedValue,
    brokenAnswer: (text) => errorTable.brokenAnswer('no_item', text),
  },
  'app/bitrix24/item-codec.ts': {
    toRecord: (text) =>
      toRecord(
        { id: 1, title: text, updatedTime: text, createdTime: text, originId: text, fm: [{ value: text }] },
        names,
      ),
    textOrNull,
  },
  'app/bitrix24/list-answer.ts': {
    itemsOf: (text) => itemsOf({ items: text }),
    filterIgnored,
  },
  'app/bitrix24/utc-offset.ts': { utcOffsetOf },
  'app/bitrix24/webhook-url.ts': {
    parseWebhookUrl: (text) => parseWebhookUrl(`https://portal.example/rest/1/${text}`),
    webhookAt: (text) => webhookAt('https://a.bitrix24.ru/rest/1/secret/', text),
  },
  'app/events/event-names.ts': {
    fieldEventOf,
    recordEventOf,
    taskEventOf: (text) => taskEventOf(text, { FIELDS_AFTER: { ID: text } }),
  },
  'app/http/escape-html.ts': { escapeHtml },
  'app/lib/log.ts': {
    makeLog: (text) => silent.info({ err: new Error(shared(text, 4)), said: shared(text, 4) }, shared(text, 4)),
    'makeLog as JSON': (text) => silentJson.info({ said: shared(text, 4) }, shared(text, 4)),
  },
  'app/lib/redact.ts': { redact },
  'app/lib/replace-units.ts': { replaceUnits: (text) => replaceUnits(text, new Map([[text.charCodeAt(1), '&#91;']])) },
  'app/sync/plan/identity.ts': {
    localIdentity: (text) => localIdentity('contract', local(text), comparing),
    'localIdentity of a user': (text) => localIdentity('user', local(text), comparing),
    remoteIdentity: (text) => remoteIdentity('user', record(text), comparing),
    phoneKey,
  },
  'app/sync/plan/origin-id.ts': {
    readOrigin: (text) => readOrigin(owner, record(text)),
    renewedOrigin: (text) => renewedOrigin(owner, record(text), 1),
  },
};

/** Exports of the same files that read no text from outside, and why. */
export const readNoText: Readonly<Record<string, string>> = {
  'app/field-maps/available.ts userFieldsOf': 'names of fields in the settings of a company',
  'app/field-maps/available.ts unusableFields': 'names of fields in the settings of a company',
  'app/field-maps/available.ts withoutFields': 'names of fields in the settings of a company',
  'app/field-maps/built-in.ts builtInMap': 'chooses a map; its pairs are tried',
  'app/field-maps/canonical.ts isBlank': 'takes one unit',
  'app/field-maps/clients.ts standingsOf': 'numbers and keys of rows',
  'app/field-maps/clients.ts contractsOf': 'sorts rows by their ids',
  'app/field-maps/clients.ts ofFirstContract': 'wraps a pair, whose readers are tried',
  'app/field-maps/comments.ts detailsPair': 'makes a pair; those of all maps are tried',
  'app/field-maps/comments.ts isPartAsWritten': 'compares two texts',
  'app/field-maps/columns.ts allowedLocalFields': 'takes a kind',
  'app/field-maps/columns.ts columnOf': 'names of columns in the settings of a company',
  'app/field-maps/conversions.ts fittingConversions': 'types of fields',
  'app/field-maps/conversions.ts fittingTypes': 'types of columns',
  'app/field-maps/conversions.ts isListConversion': 'names of conversions',
  'app/field-maps/custom.ts checkCustomPair': 'names of fields in the settings of a company',
  'app/field-maps/list-pair.ts listPair': 'makes a pair; one is tried among the own pairs of a company',
  'app/field-maps/plain-pair.ts plainPair':
    'makes a pair; those of several kinds are tried among the own pairs of a company',
  'app/field-maps/plain-pair.ts filePair': 'makes a pair; one is tried among the own pairs of a company',
  'app/field-maps/plain-pair.ts isPlain': 'names of conversions',
  'app/field-maps/stages.ts firstStage': 'takes a number',
  'app/field-maps/value-map.ts insteadOf': 'rules in the settings of a company',
  'app/field-maps/ways.ts sendsToPortal': 'compares names of rules',
  'app/field-maps/ways.ts takesFromPortal': 'compares names of rules',
  'app/field-maps/money.ts moneyPair': 'makes a pair; one is tried among the own pairs of a company',
  'app/field-maps/multifields.ts multifieldPair': 'makes a pair; those of all maps are tried',
  'app/field-maps/remote-changes.ts isEmptyChanges': 'counts',
  'app/field-maps/shown.ts isShown': 'looks whether names are there',
  'app/bitrix24/error-table.ts isPlanRefusal': 'compares what classify made',
  'app/bitrix24/error-table.ts portalMoved': 'a host that was read as an address',
  'app/bitrix24/error-table.ts tokenChainDead': 'codes that the table knows',
  'app/bitrix24/error-table.ts tokenRefused': 'takes nothing',
  'app/bitrix24/error-table.ts portalTooOld': 'takes nothing',
  'app/bitrix24/error-table.ts installerNotAdmin': 'takes nothing',
  'app/bitrix24/error-table.ts ownLimit': 'names of methods',
  'app/bitrix24/error-table.ts withWait': 'an error that classify made',
  'app/bitrix24/error-table.ts withoutDoubt': 'an error that classify made',
  'app/bitrix24/errors.ts Bitrix24Error': 'keeps what the table made',
  'app/bitrix24/errors.ts followedBy': 'joins two sentences',
  'app/bitrix24/item-codec.ts toWireFields': 'sends values as they are',
  'app/bitrix24/item-codec.ts toImportRow': 'sends values as they are',
  'app/bitrix24/webhook-url.ts webhookError': 'sentences of our own',
  'app/sync/plan/origin-id.ts originOf': 'makes a text of numbers',
  'app/sync/plan/origin-id.ts formerOriginOf': 'makes a text of numbers',
  'app/sync/plan/origin-id.ts isRestored': 'compares times',
  'app/sync/plan/origin-id.ts tookIn': 'compares times',
};
