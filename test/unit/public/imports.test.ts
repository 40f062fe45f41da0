import { expect } from 'chai';
import { sourceFiles } from '../../support/source-files.ts';

describe('what pages take from the app', () => {
  it('is types alone: what they know of it at run time comes by HTTP', () => {
    const taken = sourceFiles('public')
      .flatMap(({ path, imports }) => imports.map((one) => ({ path, ...one })))
      .filter(({ target }) => /^(app|config|migrations|test)\//.test(target));
    expect(taken.map(({ target }) => target)).to.include('app/alerts/causes.ts');
    expect(taken.filter(({ isType }) => !isType)).to.deep.equal([]);
  });
});
