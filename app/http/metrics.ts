import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A measure that is taken whenever it is asked for. */
export interface Measure {
  name: string;
  help: string;
  /** Name of the label that tells several values apart. */
  label?: string;
  /** One value without a label, or one for each value of the label. */
  read(): Promise<readonly { label?: string; value: number }[]>;
}

export type Metrics = ReturnType<typeof makeMetrics>;

/** Makes the counters that `/metrics` shows. A registry of its own, so that several servers can live in one process. */
export function makeMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of HTTP requests by route and status',
      labelNames: ['operation', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [registry],
    }),
    events: new Counter({
      name: 'bitrix24_events_total',
      help: 'Events received from portals by what became of them',
      labelNames: ['result'],
      registers: [registry],
    }),
    frames: new Counter({
      name: 'bitrix24_frames_total',
      help: 'Pages opened and installations asked for in portal frames, by what became of them',
      labelNames: ['result'],
      registers: [registry],
    }),
    alerts: new Counter({
      name: 'bitrix24_alerts_total',
      help: 'Attempts to send an alert by channel and by what became of them',
      labelNames: ['channel', 'result'],
      registers: [registry],
    }),
    /** Shows a measure from now on. One that cannot be taken is left out: the others are shown all the same. */
    watch({ name, help, label, read }: Measure): void {
      const gauge = new Gauge({
        name,
        help,
        labelNames: label ? [label] : [],
        registers: [registry],
        async collect() {
          const values = await read().catch(() => []);
          gauge.reset();
          if (label) for (const one of values) gauge.set({ [label]: one.label ?? '' }, one.value);
          else gauge.set(values[0]?.value ?? Number.NaN);
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
