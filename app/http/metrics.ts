import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { makeCounters } from './counters.ts';

/** A measure that is taken whenever it is asked for. */
export interface Measure {
  name: string;
  help: string;
  /** Names of the labels that tell several values apart. */
  labels?: readonly string[];
  /** One value without labels, or one for each set of them. */
  read(): Promise<readonly { labels?: Record<string, string>; value: number }[]>;
}

export type Metrics = ReturnType<typeof makeMetrics>;

/** Makes what `/metrics` shows. A registry of its own, so that several servers can live in one process. */
export function makeMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...makeCounters(registry),
    /** Shows a measure from now on. One that cannot be taken is left out: the others are shown all the same. */
    watch({ name, help, labels = [], read }: Measure): void {
      const gauge = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        async collect() {
          const values = await read().catch(() => []);
          gauge.reset();
          if (labels.length > 0) for (const one of values) gauge.set(one.labels ?? {}, one.value);
          else gauge.set(values[0]?.value ?? Number.NaN);
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
