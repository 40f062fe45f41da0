import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { oauthError, oauthErrorWords } from './oauth-errors.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('refused refreshes at the authorization server', () => {
  let pair: PortalPair;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
  });
  afterEach(() => pair.stop());

  const refresh = (token: string) =>
    pair.token({
      grant_type: 'refresh_token',
      ...{ client_id: app.clientId, client_secret: app.clientSecret, refresh_token: token },
    });

  it('are counted, those with a used token apart', async () => {
    const { refresh: token } = app.issue(1);
    await refresh(token);
    await refresh(token);
    await refresh('nonsense');
    expect(pair.oauth).to.include({ refreshes: 1, refusedRefreshes: 2, reusedRefreshes: 1 });
    expect(pair.oauth.requests.map(({ status, error, isReuse }) => [status, error, isReuse])).to.deep.equal([
      [200, undefined, undefined],
      [400, 'invalid_grant', true],
      [400, 'invalid_grant', undefined],
    ]);
  });

  it('befall the second of two that come while the first answer is held back', async () => {
    pair.oauth.switches.refreshDelayMs = 200;
    const { refresh: token } = app.issue(1);
    const startedAt = performance.now();
    const answers = await Promise.all([refresh(token), refresh(token)]);
    expect(performance.now() - startedAt).to.be.greaterThan(190);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 400]);
    expect(pair.oauth).to.include({ refreshes: 1, reusedRefreshes: 1 });
  });

  it('can be given any of the known words', async () => {
    const { refresh: token } = app.issue(1);
    for (const word of oauthErrorWords) {
      pair.oauth.faults.add({ method: 'refresh_token', times: 1, action: oauthError(word) });
      const { status, body } = await refresh(token);
      expect(body.error).to.equal(word);
      expect(status).to.be.oneOf([200, 400, 401, 403, 404]);
    }
    expect(pair.oauth.refusedRefreshes).to.equal(oauthErrorWords.length);
    expect((await refresh(token)).status).to.equal(200);
  });
});
