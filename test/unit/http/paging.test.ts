import { expect } from 'chai';
import { z } from 'zod';
import { containsPattern, offsetOf, paginationOf, pagingSchema } from '../../../app/http/paging.ts';

describe('paging', () => {
  const cases = [
    { page: 1, limit: 20, total: 0, total_pages: 0, has_next: false, has_prev: false },
    { page: 1, limit: 20, total: 20, total_pages: 1, has_next: false, has_prev: false },
    { page: 1, limit: 20, total: 21, total_pages: 2, has_next: true, has_prev: false },
    { page: 2, limit: 20, total: 21, total_pages: 2, has_next: false, has_prev: true },
    { page: 9, limit: 20, total: 21, total_pages: 2, has_next: false, has_prev: true },
  ];
  for (const expected of cases) {
    const { page, limit, total } = expected;
    it(`describes page ${page} of ${total} rows`, () => {
      expect(paginationOf({ page, limit }, total)).to.deep.equal(expected);
    });
  }

  it('says that there are more rows than were counted', () => {
    const pagination = {
      page: 500,
      limit: 20,
      total: 10_000,
      total_pages: 500,
      has_next: true,
      has_prev: true,
      more: true,
    };
    expect(paginationOf({ page: 500, limit: 20 }, 10_000, true)).to.deep.equal(pagination);
  });

  it('passes over the pages before', () => expect(offsetOf({ page: 3, limit: 10 })).to.equal(20));

  it('reads 20 rows from the first page when nothing is asked', () => {
    expect(z.strictObject(pagingSchema).parse({})).to.deep.equal({ page: 1, limit: 20 });
  });

  for (const query of [
    { page: '0' },
    { page: '-1' },
    { page: 'x' },
    { limit: '0' },
    { limit: '101' },
    { limit: '1.5' },
  ]) {
    it(`refuses ${JSON.stringify(query)}`, () => {
      expect(z.strictObject(pagingSchema).safeParse(query).success).to.equal(false);
    });
  }

  it('takes signs with a meaning in patterns as plain text', () => {
    expect(containsPattern('50%_\\')).to.equal('%50\\%\\_\\\\%');
  });
});
