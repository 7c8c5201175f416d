import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { ApiError } from './api-error.js';

/** A user's key for plain signatures (interface specification, "Ed25519 and ECDSA signatures"). */
export interface PublicKey {
  /** Whether `signature` is one of `payload`, domain separator included, by this key. */
  verifies(payload: Uint8Array, signature: Uint8Array): boolean;
}

const hex = (text: string) => Buffer.from(text, 'hex');

/** What stands before the key itself; the DER of each scheme has exactly one form, since points must be uncompressed. */
const SCHEMES = [
  { name: 'Ed25519', prefix: hex('302a300506032b6570032100'), keyLength: 32, digest: null },
  { name: 'ECDSA P-256', prefix: hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004'), keyLength: 64, digest: 'sha256' },
  { name: 'ECDSA secp256k1', prefix: hex('3056301006072a8648ce3d020106052b8104000a03420004'), keyLength: 64, digest: 'sha256' },
] as const;

/** Object identifiers, as they stand in the DER, of what the IC knows and the local IC does not. */
const UNSUPPORTED = [
  { oid: hex('060a2b0601040183b8430101'), name: 'A WebAuthn key' },
  { oid: hex('060a2b0601040183b8430102'), name: 'A canister signature' },
  { oid: hex('06092a864886f70d010101'), name: 'A plain RSA key' },
];
/** The identifier of the algorithm stands within this many bytes, whatever the lengths before it. */
const ALGORITHM_WITHIN = 24;
const SIGNATURE_LENGTH = 64;

/**
 * @param der the key as DER, `SubjectPublicKeyInfo`
 * @throws {ApiError} 400 when it is not a key that the local IC can verify signatures with
 */
export function readPublicKey(der: Uint8Array): PublicKey {
  const bytes = Buffer.from(der);
  for (const { prefix, keyLength, digest, name } of SCHEMES) {
    if (bytes.length !== prefix.length + keyLength || !bytes.subarray(0, prefix.length).equals(prefix)) continue;
    return plainKey(parse(bytes, name), digest);
  }
  const start = bytes.subarray(0, ALGORITHM_WITHIN);
  const unsupported = UNSUPPORTED.find(({ oid }) => start.includes(oid));
  const supported = 'use Ed25519, ECDSA on P-256 or ECDSA on secp256k1, encoded as DER with an uncompressed point';
  if (unsupported !== undefined) throw new ApiError(400, `Invalid public key: ${unsupported.name} is not supported by the local IC; ${supported}`);
  throw new ApiError(400, `Invalid public key: not one of a known scheme; ${supported}`);
}

function parse(der: Buffer, name: string): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new ApiError(400, `Invalid public key: not a point of ${name}; send the key that the identity was created with`);
  }
}

function plainKey(key: KeyObject, digest: 'sha256' | null): PublicKey {
  return {
    verifies: (payload, signature) =>
      signature.length === SIGNATURE_LENGTH && verify(digest, payload, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}
