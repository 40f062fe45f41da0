import os from 'node:os';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../support/setup.ts';
import { measureEventLatency } from './event-latency.ts';
import { measureEventStorm } from './event-storm.ts';
import { measureFairness } from './fairness.ts';
import { measureFirstLoad } from './first-load.ts';
import { measureFirstSync } from './first-sync.ts';
import { measureListLatency } from './list-latency.ts';
import { measureMergeThroughput } from './merge-throughput.ts';
import { measurePreview } from './preview.ts';
import { measureQueryTimes } from './query-times.ts';
import { print } from './report.ts';
import { measureSustained } from './sustained.ts';
import { measureTexts } from './texts.ts';
import { measureTriggerCost } from './trigger-cost.ts';

const measures = {
  'first-sync': measureFirstSync,
  'first-load': measureFirstLoad,
  sustained: measureSustained,
  'event-latency': measureEventLatency,
  'event-storm': measureEventStorm,
  fairness: measureFairness,
  'trigger-cost': measureTriggerCost,
  'list-latency': measureListLatency,
  'merge-throughput': measureMergeThroughput,
  preview: measurePreview,
  'query-times': measureQueryTimes,
  texts: measureTexts,
};

/** The measures that were asked for by name, or all. */
function chosen() {
  const names = process.argv.slice(2);
  return Object.entries(measures).flatMap(([name, measure]) =>
    names.length === 0 || names.includes(name) ? [measure] : [],
  );
}

/** Takes one measure after the other, so that none disturbs another. Asserts nothing: it tells how fast this machine is. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  await mochaGlobalSetup();
  try {
    const [cpu] = os.cpus();
    console.log(
      `${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} × ${cpu?.model}, Node.js ${process.version}`,
    );
    console.log(
      'Where nothing else is said, app, simulated portal and this program share one process; PostgreSQL flushes nothing to disk.\n',
    );
    for (const measure of chosen()) console.log(print(await measure()));
    console.log(`Measured in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  } finally {
    await mochaGlobalTeardown();
  }
}

await main();
