/**
 * A hash tree of labels, each with a hash under it, in which one is changed at the cost of its way to the root.
 *
 * It is a crit-bit tree: a fork stands at the first bit in which the labels to its left differ from those to its right.
 * So labels are in order from left to right, as the specification demands, and the shape depends on nothing but them.
 */
import { EMPTY_HASH, FORK_CBOR, forkHash, prunedCbor } from './hash-tree.js';

interface Leaf {
  label: string;
  hash: Uint8Array;
}

interface Fork {
  /** Counted from the first bit of the label. */
  bit: number;
  left: Node;
  right: Node;
  /** Undefined when something below has changed. */
  hash: Uint8Array | undefined;
}

type Node = Leaf | Fork;

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
    if (!this.top) {
      this.top = leaf;
      return;
    }
    const bit = firstDifference(label, this.nearest(this.top, label).label);
    this.top = this.insert(this.top, leaf, bit);
  }

  remove(label: string): void {
    this.top = this.top && without(this.top, label);
  }

  /**
   * The tree in CBOR, with everything left out but the way to a label that is in it.
   * @param content what stands there, in CBOR
   */
  witness(label: string, content: readonly Uint8Array[]): Uint8Array[] {
    const before: Uint8Array[] = [];
    const after: Uint8Array[][] = [];
    let node = this.top;
    while (node && 'bit' in node) {
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

  /** The leaf that a label would be found at. */
  private nearest(node: Node, label: string): Leaf {
    while ('bit' in node) node = bitOf(label, node.bit) ? node.right : node.left;
    return node;
  }

  private insert(node: Node, leaf: Leaf, bit: number): Node {
    if (!('bit' in node) && bit === Infinity) return leaf;
    if (!('bit' in node) || node.bit > bit) {
      return bitOf(leaf.label, bit) ? { bit, left: node, right: leaf, hash: undefined } : { bit, left: leaf, right: node, hash: undefined };
    }
    node.hash = undefined;
    if (bitOf(leaf.label, node.bit)) node.right = this.insert(node.right, leaf, bit);
    else node.left = this.insert(node.left, leaf, bit);
    return node;
  }
}

function hashOf(node: Node): Uint8Array {
  return (node.hash ??= forkHash(hashOf((node as Fork).left), hashOf((node as Fork).right)));
}

function without(node: Node, label: string): Node | undefined {
  if (!('bit' in node)) return node.label === label ? undefined : node;
  const isRight = bitOf(label, node.bit);
  const before = isRight ? node.right : node.left;
  const after = without(before, label);
  if (after === undefined) return isRight ? node.left : node.right;
  node.hash = undefined;
  if (isRight) node.right = after;
  else node.left = after;
  return node;
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
