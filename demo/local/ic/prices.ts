/**
 * Prices, in cycles, of what canisters pay for. `n` is the number of nodes that the subnet is priced for; mainnet's
 * application subnets have 13. (IC documentation, "Cycles costs".)
 */

/** What a v1 outcall may receive when it names no limit, and the most it can name: bytes. */
export const MAX_RESPONSE_BYTES = 2_000_000;

/** Largest payload of a call between canisters, and of a reply to one: 2 MiB. */
export const MAX_CALL_PAYLOAD = 2 * 2 ** 20;

const INGRESS_BASE = 1_200_000n;
const INGRESS_BYTE = 2_000n;
const CALL_BASE = 260_000n;
const CALL_BYTE = 1_000n;
const MESSAGE_BASE = 5_000_000n;
const MAX_INSTRUCTIONS = 40_000_000_000n; // of one message, at a cycle each
const GIB_SECOND = 127_000n;
const COMPUTE_PERCENT_SECOND = 10_000_000n;
const REFERENCE_NODES = 13n;

const scaled = (cycles: bigint, n: bigint) => (cycles * n) / REFERENCE_NODES;

/** Taking in a message from outside. @param bytes those of the method's name and of the argument */
export function ingressPrice(bytes: bigint, n: bigint): bigint {
  return scaled(INGRESS_BASE + INGRESS_BYTE * bytes, n);
}

/** Executing one message, whatever becomes of it. For one that runs longer here than it could on the IC, the most that it could cost there. */
export function executionPrice(instructions: bigint, n: bigint): bigint {
  return scaled(MESSAGE_BASE + (instructions < MAX_INSTRUCTIONS ? instructions : MAX_INSTRUCTIONS), n);
}

/** What a canister must have at hand for a message to be executed; what it does not use comes back. */
export function executionReserve(n: bigint): bigint {
  return executionPrice(MAX_INSTRUCTIONS, n);
}

/** Keeping a canister for a time. @param computeAllocation in percent */
export function storagePrice(bytes: bigint, computeAllocation: bigint, nanoseconds: bigint, n: bigint): bigint {
  const perSecond = GIB_SECOND * bytes + ((COMPUTE_PERCENT_SECOND * computeAllocation) << 30n);
  return scaled((perSecond * nanoseconds) / 1_000_000_000n, n) >> 30n;
}

/** Transmitting a call and the response to it: what is not reserved but used of {@link callPrice}, without the callback. */
export function transmissionPrice(requestBytes: bigint, responseBytes: bigint, n: bigint): bigint {
  return scaled(CALL_BASE + CALL_BYTE * (requestBytes + responseBytes), n);
}

/**
 * What a canister must have at hand to make a call (spec, `ic0.cost_call`): the request, the largest possible response,
 * and the largest possible callback. Most of it is a reservation that comes back.
 */
export function callPrice(methodNameBytes: bigint, payloadBytes: bigint, n: bigint): bigint {
  const request = CALL_BASE + CALL_BYTE * (methodNameBytes + payloadBytes);
  const response = CALL_BYTE * BigInt(MAX_CALL_PAYLOAD);
  return scaled(request + response + MESSAGE_BASE + MAX_INSTRUCTIONS, n);
}

/** Creating a canister (spec, `ic0.cost_create_canister`). */
export function createCanisterPrice(n: bigint): bigint {
  return scaled(500_000_000_000n, n);
}

/**
 * An outcall by pricing version 1: fixed in advance by the request and by the limit set on the response.
 * @param requestBytes URL, headers, body, name and context of the transform
 */
export function outcallPriceV1(requestBytes: bigint, maxResponseBytes: bigint, n: bigint): bigint {
  return n * (3_000_000n + 60_000n * n) + n * (400n * requestBytes + 800n * maxResponseBytes);
}

/** What an outcall by pricing version 2 must bring along to be accepted at all. */
export function outcallBaseV2(requestBytes: bigint, replicated: boolean, n: bigint): bigint {
  const perNode = replicated ? 140_000n * n + 800n * n * n : 92_000n * n + 100_000n;
  return n * (1_000_000n + 50n * requestBytes + perNode);
}

/** What each node that performs a v2 outcall uses up. @param instructions those of the transform */
export function outcallUsageV2(rawBytes: bigint, milliseconds: bigint, instructions: bigint): bigint {
  return RAW_BYTE_V2 * rawBytes + MILLISECOND_V2 * milliseconds + instructions / REFERENCE_NODES;
}
export const RAW_BYTE_V2 = 50n;
export const MILLISECOND_V2 = 300n;

/** What it costs to put a v2 outcall's transformed response into a block. */
export function outcallDeliveryV2(transformedBytes: bigint, replicated: boolean, n: bigint): bigint {
  return n * (10n * n + 600n) * transformedBytes + (replicated ? 0n : 50n * n * transformedBytes);
}
