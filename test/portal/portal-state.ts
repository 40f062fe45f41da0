import { RestError } from './types.ts';

export interface Plan {
  /** REST is part of the plan; otherwise every call is refused. */
  rest: boolean;
  /** How it is refused. */
  refusal: 'ACCESS_DENIED' | 'PAYMENT_REQUIRED';
  /** Feature `rest_offline_extended`: offline events can be reserved. */
  offlineExtended: boolean;
  /** Feature `rest_auth_connector`. */
  authConnector: boolean;
  /** `LICENSE` of `app.info`. */
  license: string;
  /** `DAYS` of `app.info`: until the application's licence ends; null: it has no end. */
  daysLeft: number | null;
}

/** What the portal as a whole is: its plan, and whether it still exists. */
export class PortalState {
  readonly plan: Plan = {
    rest: true,
    refusal: 'ACCESS_DENIED',
    offlineExtended: true,
    authConnector: true,
    license: 'ru_pro100',
    daysLeft: null,
  };
  isDeleted = false;

  /** Throws what every call is answered with when the portal is gone, or its plan has no REST. */
  check(deletedStatus: number): void {
    if (this.isDeleted) throw new RestError(deletedStatus, 'PORTAL_DELETED', 'Portal was deleted');
    if (this.plan.rest) return;
    if (this.plan.refusal === 'PAYMENT_REQUIRED') {
      throw new RestError(401, 'PAYMENT_REQUIRED', 'Subscription has been ended');
    }
    throw new RestError(403, 'ACCESS_DENIED', 'REST API is available only on commercial plans');
  }
}
