import { readStateCertificate } from '../certification/certificates.js';
import { rejectFields } from '../certification/query-signature.js';
import { RejectError } from '../reject.js';
import { ACCEPTED, type Answer, cborAnswer } from './answer.js';
import { ApiError } from './api-error.js';
import { readAuthentic } from './authentic-request.js';
import { readCall } from './content.js';
import { checkEffectiveCanister } from './effective-id.js';
import type { Scope } from './endpoint.js';
import type { IngressHistory, KnownRequest } from './ingress-history.js';
import type { Subnet } from './subnet.js';
import { checkTarget } from './targets.js';

/** The largest ingress message, envelope included: 2 MiB. */
const MAX_INGRESS = 2 * 2 ** 20;

/**
 * Lets a call in (interface specification, "Request: Call" and "API Request submission"). One that is known already is not
 * executed again.
 * @returns the call, or the answer that says why the canister or the subnet does not want it
 * @throws {ApiError} when it is not even a proper request
 */
async function letIn(subnet: Subnet, history: IngressHistory, scope: Scope, body: Uint8Array): Promise<KnownRequest | RejectError> {
  if (body.length > MAX_INGRESS) {
    throw new ApiError(413, `Request is too large: its ${body.length} bytes are more than the ${MAX_INGRESS} of an ingress message; send less at a time`);
  }
  const { content, targets } = readAuthentic(body, (fields) => readCall(fields, 'call'), subnet.now());
  const { id, expiry, sender, call } = content;
  checkTarget(targets, call.canister);
  checkEffectiveCanister(call, scope.id, subnet);
  const request = { id, expiry, sender, canister: call.canister, effectiveCanister: scope.id };
  try {
    return await history.letIn(request, (onProcessing) => subnet.submit({ ...call, expiry }, onProcessing));
  } catch (error) {
    if (error instanceof RejectError) return error;
    throw error;
  }
}

/**
 * `/api/v2/canister/<id>/call`: does not wait for the response (interface specification, "Request: Asynchronous Call").
 * @throws {ApiError}
 */
export async function answerAsyncCall(subnet: Subnet, history: IngressHistory, scope: Scope, body: Uint8Array): Promise<Answer> {
  const known = await letIn(subnet, history, scope, body);
  return known instanceof RejectError ? cborAnswer(rejectFields(known.response)) : ACCEPTED;
}

/**
 * `/api/v3/canister/<id>/call` and v4, which differ in the certificate's delegation: wait for the response, or for `giveUp`.
 * @param giveUp aborted when the client is not to wait any longer
 * @throws {ApiError}
 */
export async function answerSyncCall(subnet: Subnet, history: IngressHistory, scope: Scope, version: number, body: Uint8Array, giveUp: AbortSignal): Promise<Answer> {
  const known = await letIn(subnet, history, scope, body);
  if (known instanceof RejectError) return cborAnswer({ status: 'non_replicated_rejection', ...rejectFields(known.response) });
  await Promise.race([known.ended, aborted(giveUp)]);
  const { status } = known.state.result;
  if (status === 'received' || status === 'processing') return ACCEPTED;
  const state = { time: subnet.now(), canisters: subnet.canisters(), requests: history.states() };
  const path = [Buffer.from('request_status'), known.id];
  return cborAnswer({ status: 'replied', certificate: readStateCertificate(subnet.trust, state, [path], version === 3 ? 'flat' : 'sharded') });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    }, { once: true });
  });
}
