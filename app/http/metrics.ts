import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

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
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
