import { responseFields, signQueryResponse } from '../certification/query-signature.js';
import type { Trust } from '../certification/trust.js';
import { type Answer, cborAnswer } from './answer.js';
import { readAuthentic } from './authentic-request.js';
import { readCall } from './content.js';
import { checkEffectiveCanister } from './effective-id.js';
import type { Scope } from './endpoint.js';
import type { Subnet } from './subnet.js';
import { checkTarget } from './targets.js';

/**
 * `/api/.../canister/<id>/query` (interface specification, "Request: Query call"). The answer is signed by one node.
 * @throws {ApiError}
 */
export async function answerQuery(subnet: Subnet, scope: Scope, body: Uint8Array): Promise<Answer> {
  const { content, targets } = readAuthentic(body, (fields) => readCall(fields, 'query'), subnet.now());
  checkTarget(targets, content.call.canister);
  checkEffectiveCanister(content.call, scope.id, subnet);
  const response = await subnet.answerQuery(content.call);
  const signatures = signQueryResponse(nodeFor(content.id, subnet.trust), content.id, response, subnet.now());
  return cborAnswer({ ...responseFields(response), signatures });
}

/** Another node for another request, so that clients meet all of them. */
function nodeFor(requestId: Uint8Array, { nodes }: Trust): Trust['nodes'][number] {
  return nodes[requestId[0] % nodes.length];
}
