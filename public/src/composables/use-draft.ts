import { type ComputedRef, computed, type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { ApiError } from '../api/error.ts';
import { patchSettings, readSettings, type Settings } from '../api/settings.ts';
import { readVersion, type SettingsVersion } from '../api/versions.ts';
import { say } from '../i18n/translate.ts';
import { type Change, copyOf, findChanges, patchOf, touches, withChanges } from '../settings/changes.ts';
import { savingWords } from '../words/saving.ts';
import { usePageContext } from './page-context.ts';
import { guardLeaving } from './use-leaving.ts';
import { type Outcome, useOutcome } from './use-outcome.ts';
import { useSettings } from './use-settings.ts';

/** What somebody else saved while this person was typing. */
export interface Stale {
  by: SettingsVersion | null;
  /** Of the others alone. */
  theirs: Change[];
  /** Of both: one of them stands. */
  both: { mine: Change; theirs: Change }[];
}

export interface Draft {
  /** The settings as they are being changed here. */
  draft: Ref<Settings>;
  stored: ComputedRef<Settings>;
  changes: ComputedRef<Change[]>;
  isChanged: ComputedRef<boolean>;
  /** What is to be known before saving; empty while no question is open. */
  dangers: ShallowRef<string[]>;
  stale: ShallowRef<Stale | null>;
  isBusy: Ref<boolean>;
  outcome: ShallowRef<Outcome | null>;
  /** Saves what differs and nothing else; resolves to whether all of it is saved. Asks first when there are dangers. */
  save(isSure?: boolean): Promise<boolean>;
  forget(): void;
  /** Lets one of two changes of the same place stand. */
  keep(change: Change): void;
}

/** `findDangers` names what a save could destroy, in sentences. */
export function useDraft(findDangers: (changes: Change[]) => Promise<string[]> | string[] = () => []): Draft {
  const { api } = usePageContext();
  const versioned = useSettings();
  const stored = computed(() => versioned.value.settings);
  const draft = ref(copyOf(stored.value));
  const changes = computed(() => findChanges(stored.value, draft.value));
  const isChanged = computed(() => changes.value.length > 0);
  const dangers = shallowRef<string[]>([]);
  const stale = shallowRef<Stale | null>(null);

  const saving = useOutcome(async (isSure: boolean) => {
    dangers.value = isSure ? [] : await findDangers(changes.value);
    if (dangers.value.length > 0) return undefined;
    try {
      versioned.value = await patchSettings(api, patchOf(changes.value), versioned.value.version);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'settings_changed') throw error;
      await meetOthers(changes.value);
      return undefined;
    }
    draft.value = copyOf(stored.value);
    stale.value = null;
    return say(savingWords.saved);
  });

  /** Goes on from what stands now: theirs stays, mine is laid over it where both do not touch the same. */
  async function meetOthers(mine: Change[]): Promise<void> {
    const before = stored.value;
    const present = await readSettings(api);
    const by = await readVersion(api, present.version).catch(() => null);
    const theirs = findChanges(before, present.settings);
    const both = mine.flatMap((one) => {
      const other = theirs.find((their) => touches(one, their));
      return other ? [{ mine: one, theirs: other }] : [];
    });
    versioned.value = present;
    stale.value = { by, theirs: theirs.filter((one) => !both.some((two) => two.theirs === one)), both };
    const apart = mine.filter((one) => !both.some((two) => two.mine === one));
    draft.value = withChanges(present.settings, apart);
  }

  const form: Draft = {
    draft,
    stored,
    changes,
    isChanged,
    dangers,
    stale,
    isBusy: saving.isBusy,
    outcome: saving.outcome,
    async save(isSure = false) {
      return (await saving.run(isSure)) && !isChanged.value;
    },
    forget() {
      draft.value = copyOf(stored.value);
      dangers.value = [];
      stale.value = null;
      saving.outcome.value = null;
    },
    keep(change) {
      draft.value = withChanges(draft.value, [change]);
    },
  };
  guardLeaving({ isChanged: () => isChanged.value, save: () => form.save(), forget: form.forget });
  return form;
}
