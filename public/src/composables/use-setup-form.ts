import { computed, reactive, type ShallowRef, shallowRef } from 'vue';
import { ApiError } from '../api/error.ts';
import { changeSetup, type SetupChange } from '../api/settings.ts';
import { say } from '../i18n/translate.ts';
import { settingsWords as words } from '../words/settings.ts';
import { usePageContext } from './page-context.ts';
import { guardLeaving } from './use-leaving.ts';
import { useOutcome } from './use-outcome.ts';

/**
 * A form of secrets of the connection: they go in and never come out, and an empty field changes nothing. `otherPortal` names the portal
 * that a secret leads to while the company is linked with another one: the person decides.
 */
export function useSetupForm<Name extends 'webhook_url' | 'outgoing_token' | 'client_id' | 'client_secret'>(
  names: readonly Name[],
  onSaved: () => void,
) {
  const { api } = usePageContext();
  const empty = () => Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>;
  const secrets = reactive(empty()) as Record<Name, string>;
  const otherPortal: ShallowRef<string | null> = shallowRef(null);
  const given = computed(
    () =>
      Object.fromEntries(
        names.map((name) => [name, secrets[name].trim()]).filter(([, text]) => text !== ''),
      ) as SetupChange,
  );
  const isEmpty = computed(() => Object.keys(given.value).length === 0);

  function forget(): void {
    Object.assign(secrets, empty());
    otherPortal.value = null;
  }

  const { isBusy, outcome, run } = useOutcome(async (replacePortal: boolean) => {
    try {
      await changeSetup(api, { ...given.value, ...(replacePortal && { replace_portal: true }) });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'portal_changed') throw error;
      otherPortal.value = String(error.details.portal ?? '');
      return undefined;
    }
    forget();
    onSaved();
    return say(words.connectionSaved);
  });

  const save = async (replacePortal = false) => (await run(replacePortal)) && isEmpty.value;
  guardLeaving({ isChanged: () => !isEmpty.value, save, forget });
  return { secrets, isEmpty, otherPortal, isBusy, outcome, save };
}
