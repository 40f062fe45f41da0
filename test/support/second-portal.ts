import { createHash } from 'node:crypto';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import type { World } from './world.ts';

/** Another portal of the same Bitrix24: the same authorization server, the same authority of certificates. `name` gives its `member_id`. */
export function startNeighbour(world: World, name: string): Promise<SimulatedPortal> {
  const memberId = createHash('md5').update(name).digest('hex');
  return startPortal({ oauth: world.oauth, memberId });
}
