import type { Principal } from '@dfinity/principal';
import { MAX_RESPONSE_BYTES, MILLISECOND_V2, outcallBaseV2, outcallDeliveryV2, outcallPriceV1, outcallUsageV2, RAW_BYTE_V2 } from '../prices.js';
import type { Faults } from '../faults.js';
import { reject, RejectCode, RejectError, type Response } from '../reject.js';
import { decodeOutcallRequest, encodeHttpResult, encodeTransformArgs, type OutcallRequest, type RawResponse } from './candid.js';
import { agree, timedOut } from './consensus.js';
import { exchange } from './exchange.js';
import { checkRequest, headerBytes, requestBytes } from './limits.js';

export interface OutcallOptions {
  /** How many nodes make the request. */
  readonly nodes: number;
  /** How many nodes it is priced for. */
  readonly pricedNodes: number;
  readonly hosts: Readonly<Record<string, string>>;
  /** How long a node waits for the server, in milliseconds; 30,000 on the IC. */
  readonly serverTimeoutMs: number;
  /** How long the subnet waits for its nodes to agree, in milliseconds; 60,000 on the IC. */
  readonly subnetTimeoutMs: number;
  readonly signal: AbortSignal;
  /** What goes wrong at the moment. */
  readonly faults: Readonly<Pick<Faults, 'outcallLoss' | 'disagreeingNodes'>>;
  /** A number from 0 up to, not including, 1. */
  readonly draw: () => number;
  /** Resolves after that many milliseconds of the local IC's time. */
  readonly wait: (ms: number) => Promise<void>;
}

export interface OutcallContext {
  readonly caller: Principal;
  readonly argument: Uint8Array;
  readonly cycles: bigint;
  /** Runs a query of the calling canister as the transform. */
  readonly transform: (method: string, argument: Uint8Array) => Promise<Transformed>;
}

export interface Transformed {
  readonly response: Response;
  /** What the transform took. */
  readonly instructions: bigint;
}

export interface OutcallResult {
  readonly response: Response;
  readonly refunded: bigint;
}

/** What one node came to: its proposal, and what it used up by pricing version 2. */
interface NodeResult {
  readonly response: Response;
  readonly usage: bigint;
}

const min = (a: bigint, b: bigint) => (a < b ? a : b);

/**
 * An HTTPS outcall, the management canister's `http_request`: every simulated node asks the server for itself, the
 * canister's transform is applied to each answer, and enough of the results must be the same.
 */
export async function performOutcall(context: OutcallContext, options: OutcallOptions): Promise<OutcallResult> {
  let request: OutcallRequest;
  let budget: Budget;
  try {
    request = decode(context.argument);
    checkRequest(request, context.caller.toText());
    budget = request.pricingVersion === 2 ? budgetV2(request, context.cycles, options) : budgetV1(request, context.cycles, options);
  } catch (error) {
    if (error instanceof RejectError) return { response: reject(error.code, error.message), refunded: context.cycles };
    throw error;
  }
  if (options.draw() < options.faults.outcallLoss) {
    await options.wait(options.subnetTimeoutMs);
    return budget.settle(timedOut(), []);
  }
  const nodes = request.replicated ? options.nodes : 1;
  const usages: bigint[] = [];
  const answers = Array.from({ length: nodes }, async (_, node) => {
    const { response, usage } = await performOnNode(request, context, options, budget.perNode, node);
    usages.push(usage);
    return response;
  });
  const agreed = await agree(answers, options.subnetTimeoutMs);
  return budget.settle(agreed, usages);
}

function decode(argument: Uint8Array): OutcallRequest {
  try {
    return decodeOutcallRequest(argument, BigInt(MAX_RESPONSE_BYTES));
  } catch (error) {
    throw new RejectError(RejectCode.CanisterReject, `Error decoding candid: ${String(error)}`);
  }
}

async function performOnNode(
  request: OutcallRequest, context: OutcallContext, options: OutcallOptions, allowance: bigint | undefined, node: number,
): Promise<NodeResult> {
  const started = Date.now();
  let rawBytes = 0n;
  const result = (response: Response, instructions = 0n): NodeResult => {
    const usage = outcallUsageV2(rawBytes, BigInt(Date.now() - started), instructions);
    if (allowance === undefined || usage <= allowance) return { response, usage };
    return { response: reject(RejectCode.CanisterReject, 'Insufficient cycles'), usage: allowance };
  };
  try {
    const raw = await exchange(request, {
      hosts: options.hosts,
      signal: options.signal,
      timeoutMs: allowance === undefined ? options.serverTimeoutMs : Math.min(options.serverTimeoutMs, Number(allowance / MILLISECOND_V2) + 1),
      maxBytes: allowance === undefined ? request.maxResponseBytes : min(request.maxResponseBytes, allowance / RAW_BYTE_V2),
    });
    rawBytes = BigInt(headerBytes(raw.headers) + raw.body.length);
    const { response, instructions } = await transformed(request, node < options.faults.disagreeingNodes ? turnedAway(node) : raw, context);
    return result(response, instructions);
  } catch (error) {
    if (error instanceof RejectError) return result(reject(error.code, error.message));
    throw error;
  }
}

/** What the server says to a node that disagrees with the rest. */
function turnedAway(node: number): RawResponse {
  return { status: 503, headers: [], body: Buffer.from(`the server turned node ${node} away`) };
}

async function transformed({ transform, maxResponseBytes }: OutcallRequest, raw: RawResponse, context: OutcallContext): Promise<Transformed> {
  if (transform === undefined) return { response: { kind: 'reply', data: encodeHttpResult(raw) }, instructions: 0n };
  const { response, instructions } = await context.transform(transform.method, encodeTransformArgs(raw, transform.context));
  if (response.kind === 'reply' && BigInt(response.data.length) > maxResponseBytes) {
    return { response: reject(RejectCode.SysFatal, `Transformed http response exceeds limit: ${maxResponseBytes}`), instructions };
  }
  return { response, instructions };
}

/** How an outcall is paid for. */
interface Budget {
  /** The most that each node may use up, in cycles; undefined where use is not measured. */
  readonly perNode: bigint | undefined;
  readonly settle: (agreed: Response, usages: readonly bigint[]) => OutcallResult;
}

/** Version 1: a price known in advance must be attached, and what is over comes back. */
function budgetV1(request: OutcallRequest, cycles: bigint, options: OutcallOptions): Budget {
  const price = outcallPriceV1(BigInt(requestBytes(request)), request.maxResponseBytes, BigInt(options.pricedNodes));
  checkPaid(cycles, price);
  return { perNode: undefined, settle: (response) => ({ response, refunded: cycles - price }) };
}

/**
 * Version 2: only the base fee must be attached. The rest is shared out among the nodes and limits what each of them can
 * do; what is left over comes back. What the simulated nodes use on average is charged for each priced node.
 */
function budgetV2(request: OutcallRequest, cycles: bigint, options: OutcallOptions): Budget {
  const n = BigInt(options.pricedNodes);
  const performing = request.replicated ? n : 1n;
  const base = outcallBaseV2(BigInt(requestBytes(request)), request.replicated, n);
  checkPaid(cycles, base);
  return {
    perNode: (cycles - base) / performing,
    settle: (agreed, usages) => {
      const total = usages.reduce((sum, usage) => sum + usage, 0n);
      const used = usages.length === 0 ? 0n : (performing * total) / BigInt(usages.length);
      const left = cycles - base - used;
      const size = agreed.kind === 'reply' ? agreed.data.length : Buffer.byteLength(agreed.message);
      const delivery = outcallDeliveryV2(BigInt(size), request.replicated, n);
      if (delivery <= left) return { response: agreed, refunded: left - delivery };
      return { response: reject(RejectCode.CanisterReject, `Out of cycles: delivering the response takes ${delivery} cycles, and ${left} are left`), refunded: 0n };
    },
  };
}

function checkPaid(cycles: bigint, price: bigint): void {
  if (cycles < price) throw new RejectError(RejectCode.CanisterReject, `http_request request sent with ${cycles} cycles, but ${price} cycles are required.`);
}
