/**
 * A hash tree of labels, each with a hash under it, in which one is changed at the cost of its way to the root.
 *
 * It is a crit-bit tree: a fork stands at the first bit in which the labels to its left differ from those to its right.
 * So labels are in order from left to right, as the specification demands.
 */
import { EMPTY_HASH, FORK_CBOR, forkHash, prunedCbor } from './hash-tree.js';

interface Leaf {
  label: string;
  hash: Uint8Array;
}

/** There is always a leaf somewhere below. */
interface Fork {
  /** Counted from the first bit of the label. */
  bit: number;
  left: Node;
  right: Node;
  /** Undefined when something below has changed. */
  hash: Uint8Array | undefined;
}

/** What was let go of: nothing but the hash is left. */
type Stub = Uint8Array;

type Node = Leaf | Fork | Stub;

/** See above. Labels are ASCII. */
export class LabelTree {
  private top: Node | undefined;

  /** The hash of the whole tree. */
  get hash(): Uint8Array {
    return this.top ? hashOf(this.top) : EMPTY_HASH;
  }

  /** Puts a label, perhaps for the second time, with a hash under it. */
  set(label: string, hash: Uint8Array): void {
    const leaf = { label, hash };
    const near = this.top && nearest(this.top, label);
    this.top = near ? insert(this.top!, leaf, firstDifference(label, near.label)) : leaf;
  }

  /** Takes a label out of the tree, be it there or among what was let go of. */
  remove(label: string): void {
    this.top = this.top && without(this.top, label);
  }

  /**
   * Lets go of a label, without any hashing: it can no longer be proved here, but stays in the tree until something
   * near it changes. Who remembers the tree of before can prove it still, so it must be true as long; {@link remove} ends that.
   */
  letGo(label: string): void {
    this.top = this.top && withStub(this.top, label);
  }

  /**
   * The tree in CBOR, with everything left out but the way to a label that is in it.
   * @param content what stands there, in CBOR
   */
  witness(label: string, content: readonly Uint8Array[]): Uint8Array[] {
    const before: Uint8Array[] = [];
    const after: Uint8Array[][] = [];
    let node = this.top;
    while (node && isFork(node)) {
      before.push(FORK_CBOR);
      if (bitOf(label, node.bit)) {
        before.push(...prunedCbor(hashOf(node.left)));
        node = node.right;
      } else {
        after.push(prunedCbor(hashOf(node.right)));
        node = node.left;
      }
    }
    return [...before, ...content, ...after.reverse().flat()];
  }
}

function isStub(node: Node): node is Stub {
  return node instanceof Uint8Array;
}

function isFork(node: Node): node is Fork {
  return 'bit' in node;
}

function hashOf(node: Node): Uint8Array {
  if (isStub(node)) return node;
  if (isFork(node)) return (node.hash ??= forkHash(hashOf(node.left), hashOf(node.right)));
  return node.hash;
}

/** A leaf that shares with a label all that forks on its way take for granted; undefined where there is no leaf at all. */
function nearest(node: Node, label: string): Leaf | undefined {
  while (isFork(node)) {
    const [towards, away] = bitOf(label, node.bit) ? [node.right, node.left] : [node.left, node.right];
    node = isStub(towards) ? away : towards;
  }
  return isStub(node) ? undefined : node;
}

function insert(node: Node, leaf: Leaf, bit: number): Node {
  // What was let go of, and whatever else may be there of it, makes room.
  if (isStub(node)) return leaf;
  if (isFork(node) && node.bit <= bit) return changed(node, leaf.label, (child) => insert(child, leaf, bit))!;
  if (bit === Infinity) return leaf;
  return bitOf(leaf.label, bit) ? { bit, left: node, right: leaf, hash: undefined } : { bit, left: leaf, right: node, hash: undefined };
}

function without(node: Node, label: string): Node | undefined {
  if (isStub(node)) return undefined;
  if (isFork(node)) return changed(node, label, (child) => without(child, label));
  return node.label === label ? undefined : node;
}

function withStub(node: Node, label: string): Node {
  if (isStub(node)) return node;
  if (!isFork(node)) return node.label === label ? node.hash : node;
  const isRight = bitOf(label, node.bit);
  if (isRight) node.right = withStub(node.right, label);
  else node.left = withStub(node.left, label);
  return isStub(node.left) && isStub(node.right) ? hashOf(node) : node;
}

/** A fork with the side changed that a label is on; where only one side is left, it is no fork any more. */
function changed(fork: Fork, label: string, change: (child: Node) => Node | undefined): Node | undefined {
  const isRight = bitOf(label, fork.bit);
  const after = change(isRight ? fork.right : fork.left);
  const other = isRight ? fork.left : fork.right;
  // All is hashed anew on this way, so what was let go of goes now.
  if (isStub(other)) return after;
  if (after === undefined) return other;
  fork.hash = undefined;
  if (isRight) fork.right = after;
  else fork.left = after;
  return fork;
}

/** A label ends in zeros, so to speak. */
function bitOf(label: string, bit: number): boolean {
  return ((label.charCodeAt(bit >>> 3) >>> (7 - (bit & 7))) & 1) === 1;
}

/** The first bit in which two labels differ; Infinity where they are the same. */
function firstDifference(one: string, other: string): number {
  if (one === other) return Infinity;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  const bits = (one.charCodeAt(at) || 0) ^ (other.charCodeAt(at) || 0);
  return 8 * at + Math.clz32(bits) - 24;
}
