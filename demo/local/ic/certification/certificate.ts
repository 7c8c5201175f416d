import { encodeCbor } from '../cbor.js';
import { domainSeparator } from './domain-separator.js';
import { type HashTree, rootHash } from './hash-tree.js';
import type { SubnetKey } from './keys.js';

/** How the root subnet's word for another subnet goes into that one's certificates (interface specification, "Delegation"). */
export interface Delegation {
  readonly subnet_id: Uint8Array;
  /** A certificate of the root subnet, in CBOR. */
  readonly certificate: Uint8Array;
}

/** A subnet's signature on a state tree. It holds for all prunings of the tree, whose root hash is the same. */
export function signTree(key: SubnetKey, tree: HashTree): Uint8Array {
  return key.sign(Buffer.concat([domainSeparator('ic-state-root'), rootHash(tree)]));
}

/** A certificate in CBOR (interface specification, "Encoding of certificates"). The root subnet's has no delegation. */
export function encodeCertificate(tree: HashTree, signature: Uint8Array, delegation?: Delegation): Uint8Array {
  return encodeCbor({ tree, signature, ...(delegation && { delegation }) });
}
