import { decodeCbor } from '../cbor.js';
import { ApiError } from './api-error.js';
import type { Content } from './content.js';
import { readDelegations, type SignedDelegation } from './delegation.js';
import { blob, type Fields, fields, optional } from './fields.js';

/** A request with what is to prove who sent it (interface specification, "Authentication"). Nothing is proven yet. */
export interface Envelope<C extends Content = Content> {
  readonly content: C;
  /** DER. */
  readonly publicKey?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly delegations: readonly SignedDelegation[];
}

/**
 * @param body CBOR, with or without the self-describing tag
 * @param readContent says what the content must be
 * @throws {ApiError} 400
 */
export function readEnvelope<C extends Content>(body: Uint8Array, readContent: (content: Fields) => C): Envelope<C> {
  const envelope = fields(decode(body), 'the request');
  return {
    content: readContent(fields(envelope.content, 'content')),
    publicKey: optional(envelope, 'sender_pubkey', blob),
    signature: optional(envelope, 'sender_sig', blob),
    delegations: readDelegations(envelope),
  };
}

function decode(body: Uint8Array): unknown {
  try {
    return decodeCbor(body);
  } catch (error) {
    throw new ApiError(400, `Failed to deserialize cbor request: ${(error as Error).message}`);
  }
}
