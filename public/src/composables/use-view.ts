import { onScopeDispose, ref } from 'vue';

export const viewNames = ['overview', 'records', 'conflicts', 'errors', 'settings'] as const;
export type ViewName = (typeof viewNames)[number];

export interface View {
  name: ViewName;
  /** The record that is open, in `records`. */
  id: number | null;
}

/** The address of a view: a real link, for keyboard, history and new tabs. */
export function hrefOf(name: ViewName, id?: number): string {
  return id === undefined ? `#/${name}` : `#/${name}/${id}`;
}

/** The view that the address after `#` names; follows it. */
export function useView() {
  const view = ref<View>(read());
  const follow = () => {
    view.value = read();
  };
  addEventListener('hashchange', follow);
  onScopeDispose(() => removeEventListener('hashchange', follow));
  return view;
}

function read(): View {
  const [, name, id] = location.hash.split('/');
  const known = viewNames.find((one) => one === name) ?? 'overview';
  return { name: known, id: known === 'records' && Number(id) > 0 ? Number(id) : null };
}
