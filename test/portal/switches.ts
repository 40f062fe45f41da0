import { type AppSwitches, defaultAppSwitches } from './app-switches.ts';

/** Where the documentation contradicts itself, or portals differ: one switch each, with what the default follows. */
export interface PortalSwitches extends AppSwitches {
  /** `time.operating` keys. docs: summed per credential and method; batch: a whole batch billed as `batch` x 0.5; off: keys absent. */
  operating: 'docs' | 'batch' | 'off';
  /** `operating_reset_at` beside `operating`: answers of 2022 have none. */
  resetTimes: boolean;
  /** Seconds of execution in ten minutes before `OPERATION_TIME_LIMIT`: 480 in the docs, 420 in the code of the self-hosted edition. */
  operatingLimit: number;
  /** After the limit: free as minutes expire (docs), or closed for this many seconds (code; help desk says 600). */
  operatingBanSeconds: number;
  /** Requests at once and drained a second: 50 and 2, Enterprise 250 and 5. */
  rateSize: number;
  rateDrain: number;
  /** Whether requests are counted at all (self-hosted portals do not). */
  rateLimited: boolean;
  /** Whether a refused request fills the bucket too: nobody knows. */
  refusedFillBucket: boolean;
  /** Whether credentials share the seconds of a method: no (docs, code), yes (help desk, article 15961972). */
  operatingShared: boolean;
  /** Seconds after which a request is cut, what it did stays done (settings/performance/limits.md; one example there took 101); 0: never. */
  cutSeconds: number;
  /** Newer portals write `time.start` and `time.processing` as whole numbers. */
  wholeTimes: boolean;
  /** Execution time is only accounted, not waited for. */
  virtualSeconds: boolean;
  /** Requests executed at the same time, the others wait in line; null: any number. Portals were seen to work on about 8. */
  workers: number | null;
  /** Bytes of a request's body above which the web server answers with a page 413, and nothing is executed; null: no limit. */
  maxBodyBytes: number | null;
  /** A write that changes nothing: `crm.item.update` saves nothing (docs); old portals bump the time and tell subscribers. */
  noOpUpdatesSave: boolean;
  /** `fm` in `crm.item.*` at all: self-hosted portals before crm 24.1200 neither take nor give it. */
  fmInItems: boolean;
  /** `fm` in the answers of `crm.item.add` and `update`: absent in older doc examples. */
  fmInWriteAnswers: boolean;
  /** An equal value sent without id: the current code recognises it, older portals store it twice. */
  dedupeMultifields: boolean;
  /** `crm.item.update` cannot empty a company's fields (open defect). */
  companyFieldsStick: boolean;
  /** BEGINDATE and CLOSEDATE of a deal keep their old value when they are sent empty. */
  dealDatesStick: boolean;
  /** CLOSEDATE becomes the present day when a deal reaches a final stage (a setting, on by default); `unlessSent`: a date beside it wins. */
  closeDateOnFinish: 'always' | 'unlessSent' | 'never';
  /** COMMENTS: HTML becomes BB-code (current); older portals return HTML with `<br>`. */
  comments: 'bb' | 'html';
  /** A database of three bytes a character ends a text where one of four stood (old self-hosted portals). */
  cutsAtFourBytes: boolean;
  /** The currency of amounts that are sent without one (api-reference/crm/currency/index.md, 2026-08-13). */
  baseCurrency: string;
  /** What else the portal does to texts that it stores. */
  lossyText: ((text: string) => string) | null;
  /** A funnel that is not there, a stage of another funnel: passed over (legacy), or refused (universal; crm-item-update.md, 2026-08-18). */
  wrongPlace: 'ignored' | 'refused';
  /** A record that is given to somebody who was dismissed: the documents do not say. */
  dismissedResponsible: 'taken' | 'refused';
  /** `companyId` when there is none: null, or 0 as in the doc's lead example. */
  emptyReference: null | 0;
  /** `total` with `start=-1`: absent in the code, 0 in the doc's example. */
  totalWithoutCount: 'absent' | 'zero';
  /** HTTP status of authorization errors: 401 for all (code), or as the documentation's table has it. */
  authStatus: 'code' | 'docs';
  /** Filters on `updatedTime`: honoured, silently dropped, or read as the server's own time, offset passed over (one report). */
  timeFilters: 'honoured' | 'dropped' | 'shifted';
  /** A list of a kind that the caller may not read: refused (seen on portals), or empty (the page of `crm.item.list` names no refusal). */
  closedKindList: 'refused' | 'empty';
  /** Events of records that the subscriber may not read: told (auth-events describe tokens that cannot read the record), or withheld. */
  hiddenRecordEvents: 'told' | 'withheld';
  /** Rows of one page of `crm.status.list`: all at once (its page), or fifty (tutorials). */
  statusPage: 'all' | 'fifty';
  /** Offset of the portal's server from UTC. */
  offsetMinutes: number;
}

export const defaultSwitches: PortalSwitches = {
  ...defaultAppSwitches,
  operating: 'docs',
  resetTimes: true,
  operatingLimit: 480,
  operatingBanSeconds: 0,
  rateSize: 50,
  rateDrain: 2,
  rateLimited: true,
  refusedFillBucket: false,
  operatingShared: false,
  cutSeconds: 60,
  wholeTimes: false,
  virtualSeconds: true,
  workers: null,
  maxBodyBytes: null,
  noOpUpdatesSave: false,
  fmInItems: true,
  fmInWriteAnswers: true,
  dedupeMultifields: true,
  companyFieldsStick: false,
  dealDatesStick: true,
  closeDateOnFinish: 'always',
  comments: 'bb',
  cutsAtFourBytes: false,
  baseCurrency: 'RUB',
  lossyText: null,
  wrongPlace: 'ignored',
  dismissedResponsible: 'taken',
  emptyReference: null,
  totalWithoutCount: 'absent',
  authStatus: 'code',
  timeFilters: 'honoured',
  closedKindList: 'refused',
  hiddenRecordEvents: 'told',
  statusPage: 'all',
  offsetMinutes: 180,
};
