import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { findPortAfter } from './port-after.ts';
import { makeProgress } from './progress.ts';

describe("the demonstration's progress", () => {
  for (const columns of [80, 40, undefined]) {
    it(`is drawn over one line of a terminal ${columns ?? 'of unknown'} characters wide`, () => {
      const written: string[] = [];
      const output = { isTTY: true, ...(columns && { columns }), write: (text: string) => written.push(text) };
      const { show } = makeProgress(output);
      show({ done: 12_345, total: 98_765, rate: 1234.5, etaSec: 3600 });
      show({ done: 98_765, total: 98_765, rate: 9, etaSec: null });
      for (const text of written) {
        expect([text[0], text.slice(-2)]).to.deep.equal(['\r', '[K']);
        expect(text.slice(1, -3).length).to.be.below(columns ?? 80);
      }
      expect(written[0]).to.include(columns === 40 ? '12345' : '3600 s left');
    });
  }

  it('is a line for each tenth elsewhere', () => {
    const written: string[] = [];
    const { show } = makeProgress({ write: (text: string) => written.push(text) });
    for (let done = 0; done <= 100; done += 1) show({ done, total: 100, rate: 1, etaSec: 1 });
    expect(written).to.have.length(11);
  });
});

describe('the port that is advised for a busy one', () => {
  it('is free, and none of those that are used together with it', async () => {
    const [first, second] = [createServer(), createServer()];
    first.listen(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address() as { port: number };
    try {
      expect(await findPortAfter(port, [port + 1])).to.be.greaterThan(port + 1);
      second.listen(port + 2, '127.0.0.1');
      await once(second, 'listening').catch(() => undefined);
      expect(await findPortAfter(port, [port + 1])).to.be.greaterThan(port + 2);
    } finally {
      first.close();
      second.close();
    }
  });
});
