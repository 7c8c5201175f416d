import { errorCodeText } from '../reject.js';
import { encodeCbor } from '../cbor.js';
import { branch, type HashTree, type Label, leaf } from './hash-tree.js';
import type { CanisterState, ModuleState, RequestStatus, SubnetState } from './subnet-state.js';
import { topologyTree } from './topology.js';
import type { Trust } from './trust.js';
import { natural, text } from './values.js';

/** The system state tree of the subnet (interface specification, "The system state tree"). */
export function stateTree({ topology, subnet }: Pick<Trust, 'topology' | 'subnet'>, state: SubnetState): HashTree {
  return branch([
    ['time', natural(state.time)],
    ['canister', branch(state.canisters.map((canister) => [canister.id.toUint8Array(), canisterTree(canister)]))],
    ['request_status', branch(state.requests.map((request) => [request.id, requestTree(request.result)]))],
    ...topologyTree(topology, subnet),
  ]);
}

/** "Certified data" and "Canister information". */
function canisterTree(canister: CanisterState): HashTree {
  return branch([
    ['certified_data', leaf(canister.certifiedData)],
    ['controllers', leaf(encodeCbor(canister.controllers.map((controller) => controller.toUint8Array())))],
    ['canister_creation_timestamp', natural(canister.createdAt)],
    ...(canister.module === undefined ? [] : moduleLabels(canister.module)),
  ]);
}

function moduleLabels(module: ModuleState): (readonly [Label, HashTree])[] {
  return [
    ['module_hash', leaf(module.hash)],
    ['last_install_timestamp', natural(module.installedAt)],
    ['metadata', branch(module.metadata.map((section) => [section.name, leaf(section.content)]))],
  ];
}

/** By the objects that they are made from, which never change. There may be thousands, and each certificate needs them all. */
const requestTrees = new WeakMap<RequestStatus, HashTree>();

/** "Request status". */
function requestTree(request: RequestStatus): HashTree {
  const before = requestTrees.get(request);
  if (before !== undefined) return before;
  const tree = newRequestTree(request);
  requestTrees.set(request, tree);
  return tree;
}

function newRequestTree(request: RequestStatus): HashTree {
  const status = ['status', text(request.status)] as const;
  switch (request.status) {
    case 'received':
    case 'processing':
    case 'done':
      return branch([status]);
    case 'replied':
      return branch([status, ['reply', leaf(request.reply)]]);
    case 'rejected': {
      const errorCode = request.errorCode === undefined ? [] : [['error_code', text(errorCodeText(request.errorCode))] as const];
      return branch([status, ['reject_code', natural(BigInt(request.code))], ['reject_message', text(request.message)], ...errorCode]);
    }
  }
}
