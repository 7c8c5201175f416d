/**
 * What an HTTPS outcall may cost at most, in cycles.
 *
 * The canister cannot ask how many nodes its subnet has, nor can Azle call
 * `ic0.cost_http_request`; so it attaches what the largest subnet would charge
 * for the slowest, longest answer, and what is not used comes back. An amount
 * too small would fail after Stripe has answered.
 *
 * https://docs.internetcomputer.org/references/cycle-costs
 */

/** More than any subnet that takes canisters has today (13 to 34). */
const NODES = 40n;

/** What Azle's transform takes for a byte of JSON: 900 instructions measured, and a reserve. */
const INSTRUCTIONS_PER_BYTE = 3_000n;
const INSTRUCTIONS_BASE = 10_000_000n;

/** The transform's answer for a session: the kept fields, each of bounded length. */
const TRANSFORMED_BYTES = 4_096n;

/** After which the subnet gives up, in milliseconds. */
const LONGEST_WAIT = 60_000n;

/** How outcalls are charged: 1 by the cap on the answer's size, 2 by what was used. */
export type PricingVersion = 1 | 2;

/**
 * Cycles to attach to a replicated `http_request`.
 * @param requestBytes URL, headers, body, transform's name and context
 * @param maxResponseBytes the cap on the answer, headers included
 * @param sessions how many it may be about
 */
export function outcallCycles(version: PricingVersion, requestBytes: number, maxResponseBytes: number, sessions = 1): bigint {
  const request = BigInt(requestBytes);
  const response = BigInt(maxResponseBytes);
  if (version === 1) return NODES * (3_000_000n + 60_000n * NODES + 400n * request + 800n * response);
  const upfront = 1_000_000n + 50n * request + 140_000n * NODES + 800n * NODES * NODES;
  const instructions = INSTRUCTIONS_BASE + INSTRUCTIONS_PER_BYTE * response;
  const fetched = 50n * response + 300n * LONGEST_WAIT + instructions / 13n;
  const delivered = (10n * NODES + 600n) * TRANSFORMED_BYTES * BigInt(sessions);
  return NODES * (upfront + fetched + delivered);
}
