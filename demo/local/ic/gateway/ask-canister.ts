import { type Answer, checkHttp } from './answer.js';
import { type CanisterHttpRequest, type CanisterHttpResponse, decodeResponse, encodeQueryRequest, encodeUpdateRequest } from './candid.js';
import type { Destination } from './canister-of-request.js';
import { GatewayError } from './gateway-error.js';
import type { GatewayIc } from './gateway-ic.js';
import { withWholeBody } from './streaming.js';
import { verified } from './verification.js';

/**
 * Asks a canister by a query, and again by an update call if it says so. What a query answers is verified, except on the
 * raw host; the answer of an update call needs no certificate of its own. (Chunks of a streamed body are fetched by queries
 * in either case, and are not verified if the answer is an update call's: so it is on the IC.)
 * @throws {GatewayError} when the answer is no HTTP, or does not verify
 * @throws {RejectError}
 */
export async function askCanister(ic: GatewayIc, { canister, raw }: Destination, request: CanisterHttpRequest): Promise<Answer> {
  const first = decode(await ic.query(canister, 'http_request', encodeQueryRequest(request)));
  const response = first.upgrade ? decode(await ic.update(canister, 'http_request_update', encodeUpdateRequest(request))) : first;
  const answer = await withWholeBody(ic, canister, response);
  checkHttp(answer);
  return first.upgrade || raw ? answer : verified(ic, canister, request, answer);
}

function decode(reply: Uint8Array): CanisterHttpResponse {
  try {
    return decodeResponse(reply);
  } catch (error) {
    throw new GatewayError(503, `Canister error: its reply is not an HttpResponse of the HTTP gateway protocol: ${String(error)}`);
  }
}
