import { onScopeDispose, ref } from 'vue';
import { type Kind, kinds } from '../api/kinds.ts';
import { pathOf } from '../grid/address.ts';
import { askBeforeLeaving } from './use-leaving.ts';

export const viewNames = ['overview', 'records', 'conflicts', 'errors', 'activity', 'doctor', 'settings'] as const;
/** Views that are opened from others: the set-up, a run, and the preview of one. */
const otherNames = ['setup', 'preview', 'runs'] as const;
export type ViewName = (typeof viewNames | typeof otherNames)[number];

export const settingsTabs = [
  'connection',
  'scope',
  'placement',
  'fields',
  'matching',
  'rules',
  'access',
  'alerts',
  'versions',
] as const;
export type SettingsTab = (typeof settingsTabs)[number];

export interface View {
  name: ViewName;
  /** What is open: the record in `records`, the run in `runs`, the dry run in `preview`. */
  id: number | null;
  /** The tab that is open, in `settings`. */
  tab: SettingsTab;
  /** The kind whose part of the tab is open. */
  kind: Kind;
}

/** The address of a view: a real link, for keyboard, history and new tabs. */
export function hrefOf(name: ViewName, ...parts: readonly (string | number)[]): string {
  return `#/${[name, ...parts].join('/')}`;
}

/** The address of a list that is narrowed already. */
export function listHref(name: ViewName, filter: Readonly<Record<string, string>>): string {
  return `${hrefOf(name)}?${new URLSearchParams(filter)}`;
}

/** The view that the address after `#` names; follows it, unless something would be lost and the person stays. */
export function useView() {
  const view = ref<View>(read());
  let shown = location.hash;
  /** Entries of the history are counted, so that a step that is not taken can be undone, whichever way it went. */
  let entry = 0;
  history.replaceState({ entry }, '');
  const follow = () => {
    if (location.hash === shown) return;
    const { entry: reached = entry + 1 } = (history.state ?? {}) as { entry?: number };
    // The steps of the set-up keep what is typed in them.
    const isSetup = view.value.name === 'setup' && read().name === 'setup';
    if (!isSetup && askBeforeLeaving(location.hash)) return history.go(entry - reached);
    [shown, entry] = [location.hash, reached];
    history.replaceState({ entry }, '');
    view.value = read();
  };
  addEventListener('hashchange', follow);
  onScopeDispose(() => removeEventListener('hashchange', follow));
  return view;
}

function read(): View {
  const [, name, part, kind] = pathOf(location.hash).split('/');
  const known = [...viewNames, ...otherNames].find((one) => one === name) ?? 'overview';
  const hasId = known === 'records' || known === 'preview' || known === 'runs';
  return {
    name: known,
    id: hasId && Number(part) > 0 ? Number(part) : null,
    tab: settingsTabs.find((one) => one === part) ?? 'connection',
    kind: kinds.find((one) => one === kind) ?? 'object',
  };
}
