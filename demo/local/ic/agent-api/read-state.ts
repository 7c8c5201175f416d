import { readStateCertificate } from '../certification/certificates.js';
import type { DelegationFormat } from '../certification/trust.js';
import { type Answer, cborAnswer } from './answer.js';
import { readAuthentic } from './authentic-request.js';
import { readReadState } from './content.js';
import type { Scope } from './endpoint.js';
import type { IngressHistory } from './ingress-history.js';
import { checkPaths } from './state-paths.js';
import type { Subnet } from './subnet.js';

/**
 * `/api/.../read_state` (interface specification, "Request: Read state").
 * @throws {ApiError}
 */
export function answerReadState(subnet: Subnet, history: IngressHistory, scope: Scope, version: number, body: Uint8Array): Answer {
  const { content, targets } = readAuthentic(body, readReadState, subnet.now());
  const state = { time: subnet.now(), canisters: subnet.canisters(), requests: history.states() };
  checkPaths(content.paths, { sender: content.sender, targets, scope, version }, {
    rootSubnet: subnet.trust.rootSubnet,
    canister: (id) => state.canisters.find((canister) => canister.id.compareTo(id) === 'eq'),
    request: (id) => history.find(id),
  });
  return cborAnswer({ certificate: readStateCertificate(subnet.trust, state, content.paths, formatOf(scope, version)) });
}

function formatOf(scope: Scope, version: number): DelegationFormat {
  if (version === 2) return 'flat';
  return scope.kind === 'canister' ? 'sharded' : 'none';
}
