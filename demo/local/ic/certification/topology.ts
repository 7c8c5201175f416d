import type { Principal } from '@dfinity/principal';
import { encodeCbor } from '../cbor.js';
import { branch, type HashTree, type Label, leaf } from './hash-tree.js';
import { text } from './values.js';

/** What the state tree says about subnets (interface specification, "Subnet information"). */
export interface SubnetInfo {
  readonly id: Principal;
  /** DER. */
  readonly publicKey: Uint8Array;
  readonly type: 'application' | 'system';
  /** Closed intervals of canister ids, in order. */
  readonly canisterRanges: readonly CanisterRange[];
  readonly nodes: readonly NodeInfo[];
}

export interface NodeInfo {
  readonly id: Principal;
  /** DER. */
  readonly publicKey: Uint8Array;
}

export type CanisterRange = readonly [first: Uint8Array, last: Uint8Array];

/** One range with all opaque canister ids: eight bytes that count, then two that say what kind of id it is. */
export const ALL_CANISTERS: CanisterRange = [
  Uint8Array.of(0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x01),
];

/**
 * The part of the state tree that all subnets have in common, `/subnet` and `/canister_ranges` (interface specification,
 * "Subnet information" and "Canister ranges"); but each tells of its own nodes only.
 * @param own the subnet whose state tree this is for
 */
export function topologyTree(subnets: readonly SubnetInfo[], own: Principal): readonly (readonly [Label, HashTree])[] {
  return [
    ['subnet', branch(subnets.map((subnet) => [subnet.id.toUint8Array(), subnetTree(subnet, subnet.id.compareTo(own) === 'eq')]))],
    ['canister_ranges', branch(subnets.map((subnet) => [subnet.id.toUint8Array(), shards(subnet.canisterRanges)]))],
  ];
}

function subnetTree(subnet: SubnetInfo, isOwn: boolean): HashTree {
  const labels: [Label, HashTree][] = [
    ['public_key', leaf(subnet.publicKey)],
    ['type', text(subnet.type)],
    ['canister_ranges', leaf(encodeCbor(subnet.canisterRanges))],
  ];
  if (isOwn) labels.push(['node', branch(subnet.nodes.map((node) => [node.id.toUint8Array(), branch([['public_key', leaf(node.publicKey)]])]))]);
  return branch(labels);
}

/** All ranges in one shard, which is named after its first canister. A subnet without ranges has no shard. */
function shards(ranges: readonly CanisterRange[]): HashTree {
  const [first] = ranges;
  return branch(first === undefined ? [] : [[first[0], leaf(encodeCbor(ranges))]]);
}
