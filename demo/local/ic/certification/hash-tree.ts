import { createHash } from 'node:crypto';
import { domainSeparator } from './domain-separator.js';

/** The first element of a {@link HashTree}, by which its kinds are told apart. */
export const Kind = { empty: 0, fork: 1, labelled: 2, leaf: 3, pruned: 4 } as const;

/** A hash tree in the form in which its CBOR spells it (interface specification, "Certificate"): what is `Pruned` is known by its hash alone. */
export type HashTree =
  | readonly [kind: typeof Kind.empty]
  | readonly [kind: typeof Kind.fork, left: HashTree, right: HashTree]
  | readonly [kind: typeof Kind.labelled, label: Uint8Array, tree: HashTree]
  | readonly [kind: typeof Kind.leaf, value: Uint8Array]
  | readonly [kind: typeof Kind.pruned, hash: Uint8Array];

/** A label; a string stands for its UTF-8 bytes. */
export type Label = string | Uint8Array;

/** The labels on the way from the root to a value or a subtree. */
export type Path = readonly Uint8Array[];

export function leaf(value: Uint8Array): HashTree {
  return [Kind.leaf, value];
}

/**
 * A tree with these subtrees, in whatever order they come; `Empty` if there are none.
 * @throws {Error} when a label occurs twice
 */
export function branch(subtrees: Iterable<readonly [Label, HashTree]>): HashTree {
  const children = Array.from(subtrees, ([label, tree]) => [labelBytes(label), tree] as const).sort(([a], [b]) => Buffer.compare(a, b));
  for (const [index, [label]] of children.entries()) {
    const next = children[index + 1];
    if (next !== undefined && Buffer.compare(label, next[0]) === 0) throw new Error(`the label ${Buffer.from(label).toString('latin1')} occurs twice in one branch of the state tree`);
  }
  return fork(children.map(([label, tree]) => [Kind.labelled, label, tree]));
}

/** Of trees that were hashed before: most of a state tree is the same from one certificate to the next. */
const known = new WeakMap<HashTree, Uint8Array>();

/** `reconstruct` of the specification: the hash that a certificate's signature is about. Trees never change once they are made. */
export function rootHash(tree: HashTree): Uint8Array {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const hashed = reconstruct(tree);
  known.set(tree, hashed);
  return hashed;
}

function reconstruct(tree: HashTree): Uint8Array {
  switch (tree[0]) {
    case Kind.empty:
      return hash('ic-hashtree-empty');
    case Kind.fork:
      return hash('ic-hashtree-fork', rootHash(tree[1]), rootHash(tree[2]));
    case Kind.labelled:
      return hash('ic-hashtree-labeled', tree[1], rootHash(tree[2]));
    case Kind.leaf:
      return hash('ic-hashtree-leaf', tree[1]);
    case Kind.pruned:
      return tree[1];
  }
}

export function labelBytes(label: Label): Uint8Array {
  return typeof label === 'string' ? new TextEncoder().encode(label) : label;
}

/** Balanced, so that proofs stay short. */
function fork(trees: readonly HashTree[]): HashTree {
  const [only] = trees;
  if (only === undefined) return [Kind.empty];
  if (trees.length === 1) return only;
  const middle = Math.ceil(trees.length / 2);
  return [Kind.fork, fork(trees.slice(0, middle)), fork(trees.slice(middle))];
}

function hash(domain: string, ...parts: Uint8Array[]): Uint8Array {
  const sha256 = createHash('sha256').update(domainSeparator(domain));
  for (const part of parts) sha256.update(part);
  return sha256.digest();
}
