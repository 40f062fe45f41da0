import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { isInPortal } from './in-portal.ts';

/** The part of a page that a person sees, in pixels from its top. */
export interface VisiblePart {
  top: number;
  height: number;
}

/** How often the portal's scrolling is followed: it tells a frame nothing of it. */
const everyMs = 250;

/**
 * What is in sight of the page now. Inside the portal the frame is as high as its content and the portal scrolls: what is fixed to the
 * frame's edges may be far away. The browser tells the part that no window cuts off, across frames of other sites too.
 */
export function readVisiblePart(): Promise<VisiblePart> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(([entry]) => {
      observer.disconnect();
      const { top, height } = entry?.intersectionRect ?? { top: 0, height: innerHeight };
      resolve({ top: Math.max(0, Math.round(top)), height: Math.round(height) || innerHeight });
    });
    observer.observe(document.documentElement);
  });
}

/** The visible part while `isNeeded`; null before it is known. Followed inside the portal alone: elsewhere the window itself scrolls. */
export function useVisiblePart(isNeeded: () => boolean): ShallowRef<VisiblePart | null> {
  const part = shallowRef<VisiblePart | null>(null);
  let timer: ReturnType<typeof setInterval> | undefined;
  const read = async () => {
    // In a window of its own what is fixed stands in sight, however short the page is.
    part.value = isInPortal() ? await readVisiblePart() : { top: 0, height: innerHeight };
  };
  watch(
    isNeeded,
    (needed) => {
      clearInterval(timer);
      if (!needed) return;
      void read();
      if (isInPortal()) timer = setInterval(() => void read(), everyMs);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearInterval(timer));
  return part;
}
