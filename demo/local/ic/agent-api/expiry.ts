import { ApiError } from './api-error.js';

const SECOND = 1_000_000_000n;
/** How far ahead a request may expire: five minutes, and what DFINITY's nodes allow for clocks that differ. */
const MAX_AHEAD = 5n * 60n * SECOND + 30n * SECOND;

/**
 * Checks a request's expiry (interface specification, "Authentication"). Clients know the message by its beginning, and
 * then ask for the subnet's time and try again.
 * @param expiry nanoseconds since 1970, as `now`
 * @throws {ApiError} 400 when it is past, or too far ahead
 */
export function checkIngressExpiry(expiry: bigint, now: bigint): void {
  const latest = now + MAX_AHEAD;
  if (now <= expiry && expiry <= latest) return;
  throw new ApiError(400, [
    `Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: ${formatTime(now)}`,
    `Maximum allowed expiry: ${formatTime(latest)}`,
    `Provided expiry: ${formatTime(expiry)}. Synchronise the client's clock with /time of read_state`,
  ].join(', '));
}

/** @param time nanoseconds since 1970, below 2^64 */
export function formatTime(time: bigint): string {
  const seconds = new Date(Number(time / SECOND) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}.${(time % SECOND).toString().padStart(9, '0')} UTC`;
}
