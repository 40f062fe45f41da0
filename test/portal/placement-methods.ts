import { appOf } from './app-methods.ts';
import type { AppList, PlacementBinding } from './apps.ts';
import { checkHandlerUrl, paramOf, requiredText } from './handler-url.ts';
import { placementsOf } from './placement-catalogue.ts';
import type { PortalSwitches } from './switches.ts';
import { type Caller, type MethodTable, RestError } from './types.ts';

type Params = Record<string, unknown>;

/** Places where an application opens in the portal's pages (api-reference/widgets/placement-bind.md and siblings, 2026-09). */
export function makePlacementMethods(apps: AppList, switches: PortalSwitches): MethodTable {
  const common = { scope: 'placement', appOnly: true };
  return {
    'placement.list': {
      scope: 'placement',
      write: false,
      run(params, { caller }) {
        const scope = paramOf(params, 'scope');
        if (typeof scope === 'string' && scope !== '') return { result: placementsOf([scope]) };
        return { result: placementsOf(isFull(paramOf(params, 'full')) ? null : caller.scopes) };
      },
    },
    'placement.get': {
      ...common,
      write: false,
      run(_params, { caller }) {
        checkAdmin(caller);
        return { result: appOf(caller).placements.map(toWire) };
      },
    },
    'placement.bind': {
      ...common,
      write: true,
      run(params, { caller }) {
        checkAdmin(caller);
        const app = appOf(caller);
        const binding = readPlacement(params, caller);
        const isTwice = app.placements.some(
          (other) => other.placement === binding.placement && other.handler === binding.handler,
        );
        if (isTwice && switches.placementTwice === 'refused') {
          throw new RestError(400, 'ERROR_CORE', 'Unable to set placement handler: Handler already binded');
        }
        app.placements.push({ ...binding, id: apps.nextId() });
        return { result: true };
      },
    },
    'placement.unbind': {
      ...common,
      write: true,
      run(params, { caller }) {
        checkAdmin(caller);
        const app = appOf(caller);
        const placement = requiredText(params, 'placement').toUpperCase();
        const handler = String(paramOf(params, 'handler') ?? '');
        const userId = paramOf(params, 'user_id');
        const left = app.placements.filter(
          (binding) =>
            binding.placement !== placement ||
            (handler !== '' && binding.handler !== handler) ||
            (userId !== undefined && binding.userId !== Number(userId)),
        );
        // A removed row is counted when it is found, and again when it is gone.
        const count = (app.placements.length - left.length) * 2;
        app.placements = left;
        return { result: { count } };
      },
    },
  };
}

function readPlacement(params: Params, caller: Caller): Omit<PlacementBinding, 'id'> {
  const placement = requiredText(params, 'placement').toUpperCase();
  const handler = requiredText(params, 'handler');
  if (!placementsOf(caller.scopes).includes(placement)) {
    throw new RestError(400, 'ERROR_PLACEMENT_NOT_FOUND', 'Placement not found');
  }
  const isWorker = placement === 'PAGE_BACKGROUND_WORKER';
  const userId = Number(paramOf(params, 'user_id') ?? 0);
  if (userId > 0 && !isWorker) {
    throw new RestError(400, 'ERROR_PLACEMENT_USER_MODE', 'User mode is not available for this placement');
  }
  const options = mapOf(paramOf(params, 'options'));
  if (isWorker && !options.errorHandlerUrl) {
    throw new RestError(200, 'EMPTY_ERROR_HANDLER_URL', 'Empty error handler URL');
  }
  return {
    placement,
    userId,
    handler: checkHandlerUrl(handler),
    title: String(paramOf(params, 'title') ?? ''),
    description: String(paramOf(params, 'description') ?? ''),
    // The card's tabs keep none of them.
    options: placement.endsWith('_DETAIL_TAB') ? {} : options,
    langAll: mapOf(paramOf(params, 'lang_all')),
  };
}

function toWire({ placement, userId, handler, options, title, description, langAll }: PlacementBinding) {
  // PHP writes an empty map as a list.
  const orList = (map: Record<string, unknown>) => (Object.keys(map).length > 0 ? map : []);
  return { placement, userId, handler, options: orList(options), title, description, langAll: orList(langAll) };
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isFull(value: unknown): boolean {
  return ['1', 1, true, 'true', 'Y'].includes(value as never);
}

function checkAdmin({ isAdmin }: Caller): void {
  if (!isAdmin) throw new RestError(403, 'ACCESS_DENIED', 'Access denied!');
}
