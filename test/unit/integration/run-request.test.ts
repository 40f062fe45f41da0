import { expect } from 'chai';
import { type RunRequest, runRequestSchema, toRunOptions } from '../../../app/integration/run-request.ts';
import { AppError } from '../../../app/lib/errors.ts';

describe('toRunOptions', () => {
  const kinds: { name: string; request: RunRequest; expected: string[] }[] = [
    { name: 'takes all three kinds when none is named', request: {}, expected: ['contract', 'user', 'object'] },
    {
      name: 'takes the named kinds only',
      request: { sync_objects: true, sync_users: true },
      expected: ['user', 'object'],
    },
    {
      name: 'passes over a kind that is switched off',
      request: { sync_objects: true, sync_contracts: false },
      expected: ['object'],
    },
  ];
  for (const { name, request, expected } of kinds) {
    it(name, () => expect(toRunOptions(request, 'to_bitrix').entities).to.deep.equal(expected));
  }

  it('turns the filter and the switches into what a run needs', () => {
    const request = runRequestSchema.parse({
      sync_users: true,
      filter: { ids: [3, 4], updated_since: '2026-11-01T00:00:00+03:00' },
      dry_run: true,
      silent: true,
    });
    expect(toRunOptions(request, 'from_bitrix')).to.deep.equal({
      direction: 'from_bitrix',
      entities: ['user'],
      filter: { ids: [3, 4], updatedSince: new Date('2026-10-31T21:00:00Z') },
      dryRun: true,
      silent: true,
      importNew: false,
    });
  });

  const refusals: { name: string; request: RunRequest; path: string }[] = [
    { name: 'every named kind is switched off', request: { sync_users: false }, path: 'sync_objects' },
    { name: 'the direction contradicts the address', request: { direction: 'from_bitrix' }, path: 'direction' },
    {
      name: 'ids of CRM records are given for an import of records that the CRM does not have',
      request: { sync_users: true, filter: { ids: [1] }, import_new: true },
      path: 'import_new',
    },
    { name: 'ids are given for several kinds', request: { filter: { ids: [1] } }, path: 'filter.ids' },
  ];
  for (const { name, request, path } of refusals) {
    it(`refuses when ${name}`, () => {
      const error = thrownBy(() => toRunOptions(request, 'to_bitrix'));
      expect(error.code).to.equal('invalid_request');
      expect(error.details).to.have.nested.property('0.path', path);
    });
  }
});

describe('runRequestSchema', () => {
  const bad: unknown[] = [
    { unknown: true },
    { sync_objects: 'yes' },
    { direction: 'sideways' },
    { filter: { ids: [] } },
    { filter: { ids: [0] } },
    { filter: { ids: [2_147_483_648] } },
    { filter: { updated_since: 'yesterday' } },
    { filter: { name: 'x' } },
    [],
    null,
  ];
  for (const body of bad) {
    it(`refuses ${JSON.stringify(body)}`, () => expect(runRequestSchema.safeParse(body).success).to.equal(false));
  }

  it('takes the body of the documentation', () => {
    const body = { sync_objects: true, sync_users: true, direction: 'to_bitrix' };
    expect(runRequestSchema.parse(body)).to.deep.equal(body);
  });
});

function thrownBy(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}
