import { readRuns } from '../api/runs.ts';
import { readSetup } from '../api/settings.ts';
import { usePageContext, useRights } from './page-context.ts';
import { stepHref } from './use-setup-step.ts';

/**
 * Where an administrator begins who opens the application at no view of it: at the set-up while there is no portal, at the progress of the
 * first load while it runs. Those who are past that begin at the overview.
 */
export function useFirstSteps(): void {
  const { api } = usePageContext();
  const { isAdmin } = useRights();
  if (!isAdmin || location.hash !== '') return;
  const { signal } = new AbortController();
  const goTo = (address: string) => {
    // Somebody may have gone on meanwhile.
    if (location.hash === '') location.replace(address);
  };
  void (async () => {
    if (!(await readSetup(api, signal)).connected) return goTo(stepHref('connect'));
    const runs = (await readRuns(api, 5, signal)).filter(({ dry_run: isDry }) => !isDry);
    const [first, ...others] = runs;
    if (first?.preview_id && others.length === 0 && first.finished_at === null) goTo(stepHref('progress', first.id));
  })().catch(() => undefined);
}
