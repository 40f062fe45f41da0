/** Contradictions about applications and their events; a frame's and the authorization server's have their own places. */
export interface AppSwitches {
  /** Which page is right about the checkbox "completes itself": see `installMode`. */
  completesItself: 'noUiPage' | 'installationPage';
  /** Body of a frame's POST: the docs name no content type, a capture is urlencoded, one report says multipart. */
  frameEncoding: 'urlencoded' | 'multipart';
  /** SERVER_ENDPOINT, APPLICATION_TOKEN and APPLICATION_SCOPE in a frame's POST: newer portals only. */
  newerFrameFields: boolean;
  /** Tokens of an event: the acting user's access token (live), with its refresh token (CRM event pages), none. */
  eventTokens: 'none' | 'access' | 'both';
  /** Between scopes in the `auth` of events: captures have commas, an older page spaces. */
  scopeSeparator: 'comma' | 'space';
  /** Seconds a handler may take: nobody says. */
  handlerTimeoutMs: number;
  /** A handler that takes longer is left alone for as long as it took: it is called less often, says the documentation. */
  slowHandlerMs: number;
  /** How often a failed delivery is repeated: never, says the documentation; third parties claim a day long. */
  deliveryRepeats: number;
  /** Changes before the installation is finished: nobody says whether they are kept. */
  eventsBeforeFinish: 'dropped' | 'kept';
  /** Handlers when a new version comes: kept (2026-09), removed (2026-08). */
  handlersOnUpdate: 'kept' | 'removed';
  /** application_token when a new version comes: constant, or a new one (security page). */
  tokenOnUpdate: 'kept' | 'new';
  /** application_token when an administrator installs anew: nobody says. */
  tokenOnReinstall: 'kept' | 'new';
  /** Whether ONAPPUPDATE is ever sent: its sender is said to be dead code. */
  updateEvent: boolean;
  /** Who gets ONAPPUSERREADY: market applications; local ones too by one page; portals before 2026-09 send it to nobody. */
  userReadyEvent: 'none' | 'market' | 'all';
  /** A deal that moves to another funnel: ONCRMDEALMOVETOCATEGORY beside ONCRMDEALUPDATE (code), or alone (docs). */
  funnelMoveEvents: 'both' | 'moveOnly';
  /** A placement bound a second time to the same handler: a second row, or an error. */
  placementTwice: 'secondRow' | 'refused';
  /** What an access token answers whose refresh token has been used: nobody says. */
  refreshedAccess: 'expired_token' | 'invalid_token';
  /** HTTP status of PORTAL_DELETED: 410 (Python SDK), 500 (docs). */
  deletedStatus: 410 | 500;
}

export const defaultAppSwitches: AppSwitches = {
  completesItself: 'noUiPage',
  frameEncoding: 'urlencoded',
  newerFrameFields: true,
  eventTokens: 'access',
  scopeSeparator: 'comma',
  handlerTimeoutMs: 10_000,
  slowHandlerMs: 3000,
  deliveryRepeats: 0,
  eventsBeforeFinish: 'dropped',
  handlersOnUpdate: 'kept',
  tokenOnUpdate: 'kept',
  tokenOnReinstall: 'kept',
  updateEvent: false,
  userReadyEvent: 'none',
  funnelMoveEvents: 'both',
  placementTwice: 'secondRow',
  refreshedAccess: 'expired_token',
  deletedStatus: 410,
};
