import { expect } from 'chai';
import {
  type InstallationState,
  installationStates,
  statesBefore,
} from '../../../../app/portals/install/installation-states.ts';

/** From which states each may be reached. */
const before: Record<InstallationState, InstallationState[]> = {
  // An installation that a company works with never falls back to nobody's.
  pending: ['pending', 'uninstalled'],
  active: ['pending', 'active', 'suspended', 'uninstalled'],
  // What nobody has claimed, or what is gone, has nothing that could be suspended.
  suspended: ['active', 'suspended'],
  uninstalled: ['pending', 'active', 'suspended', 'uninstalled'],
};

describe('states of an installation', () => {
  for (const to of installationStates) {
    it(`${to} follows ${before[to].join(', ')} alone`, () => {
      expect(statesBefore(to)).to.have.members(before[to]);
    });
  }
});
