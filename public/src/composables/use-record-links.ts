import { computed } from 'vue';
import type { Mapping } from '../api/records.ts';
import type { RowAction } from '../components/grid/columns.ts';
import { say } from '../i18n/translate.ts';
import { issueWords as words } from '../words/issues.ts';
import { useCardLink } from './use-card-link.ts';
import { useCondition } from './use-condition.ts';
import { hrefOf } from './use-view.ts';

/** The portal's record of a row; null while there is none. */
type RemoteRecord = Pick<Mapping, 'bitrix24_type' | 'bitrix24_id'> | null;

/** The ways from a row of a list to its record: the page of its pair, and its card in the portal. */
export function useRecordLinks() {
  const { health } = useCondition();
  const portal = computed(() => health.data.value?.connection?.portal);
  const card = useCardLink(portal, () => undefined);
  /** The address of the card; null where it opens in the portal's own slider, or not at all. */
  const cardHref = (remote: RemoteRecord): string | null => remote && card.hrefOf(remote);
  /** Opens the card in the portal's slider; null where a link does that. */
  const cardOpener = (remote: RemoteRecord): (() => void) | null =>
    remote && card.canOpen.value && !card.hrefOf(remote) ? () => void card.open(remote) : null;

  function actionsOf({ mapping_id: mapping }: { mapping_id: number | null }, remote: RemoteRecord): RowAction[] {
    const href = cardHref(remote);
    const open = cardOpener(remote);
    return [
      ...(mapping ? [{ label: say(words.toPair), href: hrefOf('records', mapping) }] : []),
      ...(href ? [{ label: say(words.toPortal), href }] : []),
      ...(open ? [{ label: say(words.toPortal), run: open }] : []),
    ];
  }
  return { cardHref, cardOpener, actionsOf };
}
