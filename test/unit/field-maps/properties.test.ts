import { expect } from 'chai';
import fc from 'fast-check';
import { contractMap } from '../../../app/field-maps/contracts.ts';
import { objectMap } from '../../../app/field-maps/objects.ts';
import { type FieldMap, type LocalRecord, nothingRemembered } from '../../../app/field-maps/types.ts';
import { userMap } from '../../../app/field-maps/users.ts';
import { anyContract, anyMangle, anyName, anyObject, anyText, anyUser } from './arbitraries.ts';
import { SimulatedPair } from './simulated-pair.ts';

const kinds: [string, FieldMap, fc.Arbitrary<LocalRecord>][] = [
  ['object and deal', objectMap, anyObject],
  ['user and contact', userMap, anyUser],
  ['contract and company', contractMap, anyContract],
];

/** The column that a person is likeliest to edit in the CRM, by kind, and the field in the portal. */
const edits: Record<string, { column: string; field: string; key: string }> = {
  object: { column: 'name', field: 'TITLE', key: 'title' },
  user: { column: 'name', field: 'NAME', key: 'name' },
  contract: { column: 'client_name', field: 'TITLE', key: 'client_name' },
};

for (const [title, fieldMap, anyLocal] of kinds) {
  describe(`field map of ${title}`, () => {
    it('round trip: what is encoded and decoded is encoded the same again', () => {
      fc.assert(
        fc.property(anyLocal, (local) => {
          for (const pair of fieldMap.pairs) {
            if (pair.owner !== 'both') continue;
            const encoded = pair.encode(local);
            const decoded = { ...local, ...pair.decode(encoded, local) };
            expect(pair.encode(decoded), pair.key).to.equal(encoded);
          }
        }),
      );
    });

    it('idempotence: a value that was written is read as it was written, and writing it again changes nothing', () => {
      fc.assert(
        fc.property(anyLocal, (local) => {
          for (const pair of fieldMap.pairs) {
            const value = pair.encode(local);
            const written = pair.write({ fields: {}, multifields: [] }, value, nothingRemembered);
            const id = pair.track?.(written, nothingRemembered, value);
            const remembered = { ...nothingRemembered, ids: id === undefined ? {} : { [pair.key]: id } };
            expect(pair.readRemote(written, remembered), pair.key).to.equal(value);
            expect(pair.write(written, value, remembered), pair.key).to.deep.equal(written);
          }
        }),
      );
    });

    it('equal sides are left alone after a create, whatever the portal does to what it stores', () => {
      fc.assert(
        fc.property(anyLocal, anyMangle, (local, mangle) => {
          expect(new SimulatedPair(fieldMap, local, mangle).pass()).to.deep.equal([]);
        }),
      );
    });

    it('no ping-pong: an edit on either side comes to rest after one write, whatever the portal does to it', () => {
      const edit = edits[fieldMap.entity];
      if (!edit) throw new Error('no edit');
      fc.assert(
        fc.property(anyLocal, anyMangle, anyName, anyText, (local, mangle, ours, theirs) => {
          const pair = new SimulatedPair(fieldMap, local, mangle);
          pair.local = { ...pair.local, [edit.column]: ours };
          expect(pair.passesUntilQuiet(), 'our edit').to.be.at.most(1);
          pair.editRemote({ [edit.field]: theirs });
          // An emptied name cannot be shown here: it is put back, at most three times if the portal insists.
          expect(pair.passesUntilQuiet(), 'their edit').to.be.at.most(3);
        }),
      );
    });

    it('a faithful portal: an edit of ours arrives there, an edit of theirs arrives here', () => {
      const edit = edits[fieldMap.entity];
      if (!edit) throw new Error('no edit');
      const words = fc.stringMatching(/^[А-Яа-яA-Za-z0-9]{1,20}( [А-Яа-яA-Za-z0-9]{1,20})?$/);
      fc.assert(
        fc.property(anyLocal, words, words, (local, ours, theirs) => {
          const pair = new SimulatedPair(fieldMap, local);
          pair.local = { ...pair.local, [edit.column]: ours };
          pair.passesUntilQuiet();
          expect(pair.value(edit.key).remote?.replace('\n', ' ').trim()).to.include(ours);
          pair.editRemote({ [edit.field]: theirs });
          pair.passesUntilQuiet();
          expect(String(pair.local[edit.column])).to.include(theirs);
        }),
      );
    });
  });
}

describe('COMMENTS of a deal', () => {
  it('a note of a manager above the marker and our part below never destroy each other', () => {
    fc.assert(
      fc.property(anyObject, anyText, fc.constantFrom('1', '2'), (local, description, imei) => {
        const pair = new SimulatedPair(objectMap, local);
        const own = { ...pair.local, description, imei: imei.repeat(15) };
        pair.local = own;
        pair.passesUntilQuiet();
        expect(pair.value('description').remote).to.equal(objectMap.pairs[1]?.encode(own) ?? null);
        expect(pair.value('details').remote).to.include(`IMEI: ${own.imei}`);
      }),
    );
  });
});
