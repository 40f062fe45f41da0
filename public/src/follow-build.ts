const everyMs = 700;
const mark = '/assets/build.js';

/** Loads the page anew when it has been built anew. Development only: a production build does not hold this module. */
export function followBuild(): void {
  let known: string | undefined;
  setInterval(async () => {
    const response = await fetch(mark, { cache: 'no-store' }).catch(() => null);
    const current = response?.ok ? await response.text() : known;
    if (known !== undefined && current !== known) location.replace(location.href);
    known = current;
  }, everyMs);
}
