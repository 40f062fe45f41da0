import { onScopeDispose, ref } from 'vue';

/** Something that is typed and not saved yet. */
interface Unsaved {
  isChanged(): boolean;
  /** Resolves to whether everything is saved. */
  save(): Promise<boolean>;
  forget(): void;
}

const forms = new Set<Unsaved>();
/** Where the person wants to go while something is not saved; null: no question is open. */
const wanted = ref<string | null>(null);

const changed = () => [...forms].filter((form) => form.isChanged());

/** Whether a question is asked now instead of going to that address. */
export function askBeforeLeaving(hash: string): boolean {
  if (changed().length === 0) return false;
  wanted.value = hash;
  return true;
}

/** Asks before what is typed here is lost: by another view, or with the page. */
export function guardLeaving(form: Unsaved): void {
  const warn = (event: BeforeUnloadEvent) => {
    if (form.isChanged()) event.preventDefault();
  };
  forms.add(form);
  addEventListener('beforeunload', warn);
  onScopeDispose(() => {
    removeEventListener('beforeunload', warn);
    forms.delete(form);
    wanted.value = null;
  });
}

/** The open question, and its three answers. */
export function useLeaving() {
  function go(): void {
    const hash = wanted.value;
    wanted.value = null;
    if (hash !== null) location.hash = hash;
  }
  return {
    wanted,
    stay: () => {
      wanted.value = null;
    },
    leave: () => {
      for (const form of changed()) form.forget();
      go();
    },
    /** Stays when something cannot be saved: its form says why. */
    saveAndLeave: async () => {
      for (const form of changed()) {
        if (await form.save()) continue;
        wanted.value = null;
        return;
      }
      go();
    },
  };
}
