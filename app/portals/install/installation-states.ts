import { AppError } from '../../lib/errors.ts';

/**
 * pending: the portal is proved, but no company has claimed the application; active: works; suspended: a person must mend
 * something; uninstalled: the portal removed the app, or we let go of it.
 */
export const installationStates = ['pending', 'active', 'suspended', 'uninstalled'] as const;
export type InstallationState = (typeof installationStates)[number];

/** Which state may follow which. Installing again is always possible: it is the way back from everywhere. */
const transitions: Readonly<Record<InstallationState, readonly InstallationState[]>> = {
  pending: ['pending', 'active', 'uninstalled'],
  active: ['active', 'suspended', 'uninstalled'],
  suspended: ['suspended', 'active', 'uninstalled'],
  uninstalled: ['uninstalled', 'pending', 'active'],
};

/** States from which `to` can be reached, for the condition of an update. */
export function statesBefore(to: InstallationState): InstallationState[] {
  return installationStates.filter((from) => transitions[from].includes(to));
}

/** Another company is connected to this portal by its own installation. */
export function portalTaken(): AppError {
  return new AppError({
    code: 'portal_belongs_to_another_company',
    status: 409,
    text: {
      ru: 'Этот портал уже подключён к другой компании. Сначала удалите там приложение, затем установите его снова',
      en: 'This portal is connected to another company already. Remove the application there first, then install it again',
    },
  });
}

/** A company has this portal through one application, and another one, which no company has claimed, asks to be installed. */
export function applicationUnclaimed(): AppError {
  return new AppError({
    code: 'application_unclaimed',
    status: 409,
    text: {
      ru: 'Портал уже подключён другим приложением. Чтобы перейти на это, отключите портал в настройках интеграции Axenta и сохраните там client_id и client_secret этого приложения',
      en: "The portal is connected by another application. To move to this one, disconnect the portal in Axenta's integration settings and store this application's client_id and client_secret there",
    },
  });
}
