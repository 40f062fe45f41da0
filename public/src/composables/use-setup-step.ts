import { onScopeDispose, type Ref, ref } from 'vue';

export const setupSteps = ['connect', 'rights', 'company', 'choice', 'preview', 'progress'] as const;
export type SetupStep = (typeof setupSteps)[number];

export interface StepPlace {
  /** Null where the address names none. */
  step: SetupStep | null;
  /** The preview or the run that is open in the step. */
  id: number | null;
}

/** The address of a step: it survives a reload, and the browser's own back and forth. */
export function stepHref(step: SetupStep, id?: number): string {
  return id === undefined ? `#/setup/${step}` : `#/setup/${step}/${id}`;
}

/** The step that the address names; follows it. */
export function useSetupStep(): { place: Ref<StepPlace>; go(step: SetupStep, id?: number): void } {
  const place = ref(read());
  const follow = () => {
    place.value = read();
  };
  addEventListener('hashchange', follow);
  onScopeDispose(() => removeEventListener('hashchange', follow));
  return {
    place,
    go(step, id) {
      location.hash = stepHref(step, id);
    },
  };
}

function read(): StepPlace {
  const [, view, name, id] = location.hash.split('/');
  const step = view === 'setup' ? setupSteps.find((one) => one === name) : undefined;
  return { step: step ?? null, id: Number(id) > 0 ? Number(id) : null };
}
