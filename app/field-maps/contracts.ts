import { canonicalLine, clip } from './canonical.ts';
import { contractLines, contractsOf } from './clients.ts';
import { detailsPair } from './comments.ts';
import { multifieldPair } from './multifields.ts';
import { type Canonical, defaultPlace, type FieldMap, type FieldPair, type LocalRecord, type Place } from './types.ts';

/** TITLE of a company holds 255 characters. */
const titleLength = 255;

function numbered(contract: LocalRecord | undefined): Canonical {
  const number = canonicalLine(contract?.number);
  return number === null ? null : `Договор ${number}`;
}

/** What a company without a client's name is called: the same from each of its contracts. */
function nameless(local: LocalRecord): Canonical {
  return numbered(contractsOf(local)[0]);
}

/** The client's name; a number that was entered as one is none. */
function nameOf(local: LocalRecord): Canonical {
  const name = canonicalLine(local.client_name);
  return contractsOf(local).some((contract) => numbered(contract) === name) ? null : name;
}

/** The client is the company. A contract without a client's name is shown by its number, which never becomes a name. */
const clientName: FieldPair = {
  key: 'client_name',
  owner: 'both',
  localFields: ['client_name', 'number'],
  remoteFields: ['TITLE'],
  readLocal: nameOf,
  readRemote: (remote) => canonicalLine(remote.fields.TITLE),
  encode(local) {
    const shown = nameOf(local) ?? nameless(local);
    return shown === null ? null : clip(shown, titleLength);
  },
  decode(value, local) {
    return value === null ? {} : { client_name: nameOf({ ...local, client_name: value }) };
  },
  write: (remote, value) => ({ ...remote, fields: { ...remote.fields, TITLE: value } }),
};

const details = detailsPair({
  localFields: ['number', 'title', 'start_date', 'end_date', 'client_inn', 'client_kpp'],
  lines: contractLines,
  compared: contractLines,
  isShared: true,
});

/** Contract and company. */
export function contractMapFor(place: Place): FieldMap {
  return {
    entity: 'contract',
    place,
    pairs: [
      clientName,
      multifieldPair('client_email', 'client_email', 'EMAIL'),
      multifieldPair('client_phone', 'client_phone', 'PHONE', place),
      details,
    ],
  };
}

export const contractMap = contractMapFor(defaultPlace);
