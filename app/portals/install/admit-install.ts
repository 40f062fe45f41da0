import type { RateLimits } from '../../http/rate-limits.ts';

/**
 * Counts a request that says that it installs the app, before anything in it is proved: by the address that it comes from and by the portal
 * that it names. The portal's number is counted last: what one address sends too often must not use it up. Throws AppError
 * `too_many_requests` (429).
 */
export async function admitInstall(
  rates: RateLimits,
  { address, memberId }: { address: string; memberId: string },
): Promise<void> {
  await rates.take('installByAddress', address);
  await rates.take('installByPortal', memberId);
}
