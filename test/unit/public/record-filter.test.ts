import { expect } from 'chai';
import { everyLine, toActivityQuery, toSavedActivity } from '../../../public/src/activity/filter.ts';
import type { ListedRecord } from '../../../public/src/api/records.ts';
import { everyRecord, isNarrowed, toQuery, toSaved } from '../../../public/src/records/filter.ts';
import { openedName, readOpened, toRows } from '../../../public/src/records/listed.ts';

const record = (changes: Partial<ListedRecord>): ListedRecord =>
  ({ local_type: 'object', local_id: 5, mapping_id: 7, error: null, ...changes }) as ListedRecord;

describe('the filter of the list of records', () => {
  it('asks for all records, the newest first, where nothing is set', () => {
    expect(toQuery(everyRecord)).to.deep.include({
      local_type: undefined,
      state: undefined,
      sort: 'added',
      order: 'desc',
    });
    expect(isNarrowed(everyRecord)).to.equal(false);
  });

  for (const [sort, expected] of [
    ['name', { sort: 'name', order: 'asc' }],
    ['-synced', { sort: 'synced', order: 'desc' }],
    ['changed', { sort: 'changed', order: 'asc' }],
  ] as const) {
    it(`sorts by ${sort}`, () => expect(toQuery({ ...everyRecord, sort })).to.include(expected));
  }

  it('is saved by what differs from the usual, without its page', () => {
    expect(toSaved({ ...everyRecord, page: 4, state: 'failing', kind: 'user' })).to.deep.equal({
      kind: 'user',
      state: 'failing',
    });
  });

  it('gives records of all kinds and sides ids of their own', () => {
    const error = { id: 5 } as ListedRecord['error'];
    const rows = toRows([
      ...(['object', 'user', 'contract'] as const).map((local_type) => record({ local_type })),
      record({ local_id: null, error }),
      record({ local_type: 'user', local_id: null, error }),
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).to.equal(5);
  });

  it('names what is open in the address, and reads it again; nonsense opens nothing', () => {
    expect(readOpened(openedName(record({})))).to.deep.equal({ mappingId: 7 });
    expect(readOpened(openedName(record({ mapping_id: null })))).to.deep.equal({ local_type: 'object', local_id: 5 });
    for (const name of ['', '0', 'object-', 'boat-5', 'object-null', '-1', '1e5'])
      expect(readOpened(name), name).to.equal(null);
  });
});

describe('the filter of the activity', () => {
  it('asks for days of the calendar of the reader, the last one included', () => {
    const { since, until } = toActivityQuery({ ...everyLine, since: '2026-11-25', until: '2026-11-25' });
    expect(Date.parse(String(until)) - Date.parse(String(since))).to.equal(86_400_000);
  });

  it('leaves away what is no day and no number', () => {
    const query = toActivityQuery({ ...everyLine, since: 'вчера', record: '5; drop' });
    expect(Object.values(query).filter((value) => value !== undefined)).to.deep.equal([]);
  });

  it('is saved by what differs from the usual', () => {
    expect(toSavedActivity({ ...everyLine, actor: 'tester' })).to.deep.equal({ actor: 'tester' });
  });
});
