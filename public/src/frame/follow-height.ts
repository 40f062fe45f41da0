import type { PortalFrame } from './portal-frame.ts';

/** Lists open inside the frame and must not be cut. */
const leastHeight = 600;

/** Keeps the frame as high as the page, so that the portal scrolls and the frame never does. Returns how to stop. */
export function followHeight(frame: PortalFrame, root: HTMLElement): () => void {
  let waiting = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => frame.resize(Math.max(leastHeight, Math.ceil(root.scrollHeight))));
  });
  observer.observe(root);
  return () => {
    cancelAnimationFrame(waiting);
    observer.disconnect();
  };
}
