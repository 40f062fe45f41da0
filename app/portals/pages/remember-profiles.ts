import type { Clock } from '../../lib/clock.ts';
import { makeRememberBriefly } from '../../lib/remember-briefly.ts';

/** A right that the portal takes away counts after so long. */
const rememberedMs = 5000;
const most = 5000;

interface Portal {
  memberId: string;
  host: string;
}

/**
 * Makes the question who a visitor is cheap for the portal: somebody who opens the app, or cards, several times in a few seconds is asked
 * about once. `userId` is the user whom the authorization server has just named for this token; where it names none, only the same token is
 * the same visitor.
 */
export function rememberProfiles<Profile>(
  ask: (portal: Portal, accessToken: string) => Promise<Profile>,
  { clock, digest }: { clock: Pick<Clock, 'now'>; digest(text: string): string },
) {
  const remembered = makeRememberBriefly<Profile>({ clock, forMs: rememberedMs, most, failures: 'forgotten' });
  return (portal: Portal, accessToken: string, userId: number | null): Promise<Profile> => {
    const visitor = userId === null ? digest(accessToken) : `user ${userId}`;
    return remembered(`${portal.memberId} ${portal.host} ${visitor}`, () => ask(portal, accessToken));
  };
}
