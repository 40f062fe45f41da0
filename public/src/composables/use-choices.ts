import { computed } from 'vue';
import { readCrmValues, readLists } from '../api/choices.ts';
import { choicesOf } from '../settings/portal-names.ts';
import { usePageContext } from './page-context.ts';
import { useLoad } from './use-load.ts';

/** What the settings can name of the portal and of the CRM, with the sentence of a portal that cannot be asked. */
export function useChoices() {
  const { api } = usePageContext();
  const lists = useLoad((signal) => readLists(api, signal));
  const values = useLoad((signal) => readCrmValues(api, signal));
  const choices = computed(() => choicesOf(lists.data.value, values.data.value));
  const problems = computed(() => [
    ...(lists.error.value ? [lists.error.value.message] : []),
    ...(lists.data.value?.unread.map(({ message }) => message) ?? []),
  ]);
  return { choices, values: values.data, lists: lists.data, problems };
}
