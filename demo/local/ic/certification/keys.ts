import { Principal } from '@dfinity/principal';
import { mapHashToField } from '@noble/curves/abstract/modular';
import { bls12_381 } from '@noble/curves/bls12-381';
import { ed25519 } from '@noble/curves/ed25519';

/** Signatures in G1, ciphersuite BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_. */
const bls = bls12_381.shortSignatures;

/** DER up to the key itself: algorithm 1.3.6.1.4.1.44668.5.3.1.2.1, curve 1.3.6.1.4.1.44668.5.3.2.1 (interface specification, "Delegation"). */
const BLS_PREFIX = Buffer.from('308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100', 'hex');
/** DER up to the key itself (RFC 8410). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A subnet's BLS12-381 key, which signs certificates. */
export class SubnetKey {
  /** What a seed has: more than the key, so that all keys are about as likely. */
  static readonly seedBytes = 48;
  readonly #secret: Uint8Array;
  /** Self-authenticating. */
  readonly id: Principal;
  /** DER, 133 bytes. */
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#secret = mapHashToField(seed, bls12_381.fields.Fr.ORDER);
    this.publicKey = Uint8Array.from([...BLS_PREFIX, ...bls.getPublicKey(this.#secret).toBytes()]);
    this.id = Principal.selfAuthenticating(this.publicKey);
  }

  /** Takes about 10 ms. */
  sign(message: Uint8Array): Uint8Array {
    return bls.sign(bls.hash(message), this.#secret).toBytes();
  }
}

/** A node's Ed25519 key, which signs answers to queries. */
export class NodeKey {
  static readonly seedBytes = 32;
  readonly #secret: Uint8Array;
  /** Self-authenticating. */
  readonly id: Principal;
  /** DER, 44 bytes. */
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#secret = seed;
    this.publicKey = Uint8Array.from([...ED25519_PREFIX, ...ed25519.getPublicKey(seed)]);
    this.id = Principal.selfAuthenticating(this.publicKey);
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#secret);
  }
}
