/**
 * Hash trees: their hashes, and the parts of a tree that prove something, in CBOR.
 *
 * https://docs.internetcomputer.org/references/ic-interface-spec#certificate
 */
import { sha256 } from '../crypto/sha256.js';

const FORK = separator('ic-hashtree-fork');
const LABELED = separator('ic-hashtree-labeled');

/** The hash of a tree with nothing in it. */
export const EMPTY_HASH = sha256([separator('ic-hashtree-empty')]);

/** A leaf without content. */
export const EMPTY_LEAF = { hash: sha256([separator('ic-hashtree-leaf')]), cbor: [Uint8Array.of(0x82, 3, 0x40)] };

export function forkHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256([FORK, left, right]);
}

export function labeledHash(label: Uint8Array, tree: Uint8Array): Uint8Array {
  return sha256([LABELED, label, tree]);
}

/** A labelled part in CBOR, in pieces. @param label at most 255 bytes */
export function labeledCbor(label: Uint8Array, tree: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(0x83, 2), byteString(label.length), label, ...tree];
}

/** A part of which nothing but its hash is told, in CBOR. */
export function prunedCbor(hash: Uint8Array): Uint8Array[] {
  return [PRUNED, hash];
}

/** Comes before the two parts of a fork. */
export const FORK_CBOR = Uint8Array.of(0x83, 1);
const PRUNED = Uint8Array.of(0x82, 4, 0x58, 32);
/** Says that what follows is CBOR. */
export const SELF_DESCRIBED = Uint8Array.of(0xd9, 0xd9, 0xf7);

function byteString(length: number): Uint8Array {
  return length < 24 ? Uint8Array.of(0x40 + length) : Uint8Array.of(0x58, length);
}

function separator(name: string): Uint8Array {
  return Uint8Array.of(name.length, ...Array.from(name, (character) => character.charCodeAt(0)));
}
