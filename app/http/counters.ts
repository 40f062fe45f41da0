import { Counter, Histogram, type Registry } from 'prom-client';

export type Counters = ReturnType<typeof makeCounters>;

/**
 * Makes what a process counts of its own work, from its start on. Every label has few values, whatever portals and companies do: no
 * company is named, and codes that a portal invents count as `other`.
 */
export function makeCounters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name, help, buckets, labelNames, registers: [registry] });
  return {
    requests: histogram(
      'http_request_duration_seconds',
      'Duration of HTTP requests by route and status',
      [0.005, 0.02, 0.1, 0.5, 2, 10],
      'operation',
      'status',
    ),
    events: counter('bitrix24_events_total', 'Events received from portals by what became of them', 'result'),
    frames: counter(
      'bitrix24_frames_total',
      'Pages opened and installations asked for in portal frames, by what became of them',
      'result',
    ),
    alerts: counter(
      'bitrix24_alerts_total',
      'Attempts to send an alert by channel and by what became of them',
      'channel',
      'result',
    ),
    syncs: counter(
      'bitrix24_syncs_total',
      'Records synchronised, or failed to be, by kind and direction',
      'result',
      'entity',
      'direction',
    ),
    errors: counter('bitrix24_sync_errors_total', 'Failures of records by kind and code', 'kind', 'code'),
    portalRequests: histogram(
      'bitrix24_rest_request_duration_seconds',
      'Requests to portals by method and result; a batch is one request',
      [0.1, 0.3, 1, 3, 10, 30, 60],
      'method',
      'result',
    ),
    limitWaits: histogram(
      'bitrix24_limit_wait_seconds',
      'Waits for a limit of a portal, here or, put off, in the queue',
      [0.5, 2, 10, 60, 600],
      'limit',
      'result',
    ),
    tokenRefreshes: counter('bitrix24_token_refreshes_total', 'Renewals of tokens by result', 'result'),
  };
}
