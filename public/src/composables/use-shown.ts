import { onScopeDispose, type Ref, ref } from 'vue';

/** Whether the page is on the screen: a portal hides the frames of the tabs that are not chosen. `onShown` when it comes back. */
export function useShown(onShown: () => void): Ref<boolean> {
  const isShown = ref(true);
  let isPainted = true;
  const look = () => {
    const wasShown = isShown.value;
    isShown.value = isPainted && document.visibilityState === 'visible';
    if (isShown.value && !wasShown) onShown();
  };
  // The only sign that a frame gets: no event tells it that the element around it is not shown.
  const observer = new IntersectionObserver((entries) => {
    isPainted = entries.at(-1)?.isIntersecting ?? true;
    look();
  });
  observer.observe(document.documentElement);
  document.addEventListener('visibilitychange', look);
  onScopeDispose(() => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', look);
  });
  return isShown;
}
