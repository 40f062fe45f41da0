import { expect } from 'chai';
import { judgeHealth } from '../../../../app/portals/connection/judge-health.ts';
import type { FaultScope } from '../../../../app/sync/faults/scope.ts';

const text = { ru: 'Беда', en: 'Trouble' };
const advice = { ru: 'Почините', en: 'Repair it' };
const fault = (scope: FaultScope) => ({ scope, code: 'trouble', text, advice });
const failure = { code: 'portal_unreachable', text: { ru: 'Молчит', en: 'Silent' } };
const lateSince = new Date('2026-01-01T00:00:00Z');

describe('the judgement of health', () => {
  const cases: [name: string, Partial<Parameters<typeof judgeHealth>[0]>, status: string, error: string | null][] = [
    ['nothing is wrong', {}, 'healthy', null],
    ['a kind is closed', { faults: [fault('kind')] }, 'degraded', null],
    ['a method is closed', { faults: [fault('method')] }, 'degraded', null],
    ['a search fails', { faults: [fault('search')] }, 'degraded', null],
    ['the queue is late', { lateSince }, 'degraded', null],
    ['the connection is at fault', { faults: [fault('kind'), fault('connection')] }, 'down', 'trouble'],
    ['everything is paused', { isPaused: true }, 'paused', null],
    ['everything is paused and the connection is at fault', { isPaused: true, failure }, 'down', failure.code],
    ['everything is paused and a kind is closed', { isPaused: true, faults: [fault('kind')] }, 'paused', null],
    ['the portal does not answer', { failure }, 'down', 'portal_unreachable'],
    ['the portal does not answer and the queue is late', { failure, lateSince }, 'down', 'portal_unreachable'],
    ['the portal says more than the open fault', { failure, faults: [fault('connection')] }, 'down', failure.code],
  ];
  for (const [name, facts, status, code] of cases) {
    it(`${name}: ${status}`, () => {
      const verdict = judgeHealth({ failure: null, faults: [], lateSince: null, isPaused: false, ...facts });
      expect(verdict.status).to.equal(status);
      expect(verdict.error?.code ?? null).to.equal(code);
      expect(verdict.reason?.code ?? null).to.equal(facts.lateSince ? 'queue_is_late' : null);
    });
  }

  it('a pause is no delay', () => {
    const verdict = judgeHealth({ failure: null, faults: [], lateSince, isPaused: true });
    expect(verdict).to.deep.equal({ status: 'paused', error: null, reason: null });
  });

  it('tells what is wrong with the connection and what to do', () => {
    const { error } = judgeHealth({ failure: null, faults: [fault('connection')], lateSince: null, isPaused: false });
    expect(error?.text).to.deep.equal({ ru: 'Беда. Почините', en: 'Trouble. Repair it' });
  });
});
