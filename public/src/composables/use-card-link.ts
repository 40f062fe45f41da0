import { computed, type Ref } from 'vue';
import { cardPath } from '../api/kinds.ts';
import type { Mapping } from '../api/records.ts';
import { usePageContext } from './page-context.ts';

/** The portal's record of a pair. */
type RemoteRecord = Pick<Mapping, 'bitrix24_type' | 'bitrix24_id'>;

/**
 * How to open the Bitrix24 card of a pair: in the portal's own slider from inside the portal, by a plain link from outside. `href` is null
 * when the slider is to be used.
 */
export function useCardLink(portal: Ref<string | null | undefined>, onClose: () => void) {
  const { frame } = usePageContext();
  const hrefOf = (mapping: RemoteRecord): string | null => {
    if (frame || !portal.value) return null;
    return `https://${portal.value}${cardPath(mapping.bitrix24_type, mapping.bitrix24_id)}`;
  };
  const canOpen = computed(() => frame !== null || Boolean(portal.value));
  async function open(mapping: RemoteRecord): Promise<void> {
    if (!frame) return;
    await frame.openPath(cardPath(mapping.bitrix24_type, mapping.bitrix24_id));
    onClose();
  }
  return { hrefOf, canOpen, open };
}
