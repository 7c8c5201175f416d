import { errorCodeText, type Reject, type Response } from '../reject.js';
import { domainSeparator } from './domain-separator.js';
import type { NodeKey } from './keys.js';
import { hashOfMap } from './request-id.js';

/** An element of a query response's `signatures`, as it goes into CBOR (interface specification, "Request: Query call"). */
export interface NodeSignature {
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint;
  readonly signature: Uint8Array;
  /** The node's id. */
  readonly identity: Uint8Array;
}

/**
 * The `signatures` of a query response: one node's.
 * @param requestId of the query
 * @param time when it was answered, in nanoseconds since 1970
 */
export function signQueryResponse(node: NodeKey, requestId: Uint8Array, response: Response, time: bigint): readonly NodeSignature[] {
  const signed = hashOfMap({ ...responseFields(response), timestamp: time, request_id: requestId });
  const signature = node.sign(Buffer.concat([domainSeparator('ic-response'), signed]));
  return [{ timestamp: time, signature, identity: node.id.toUint8Array() }];
}

/** What a query response's body holds besides its signatures, and these are about. */
export function responseFields(response: Response): Record<string, unknown> {
  switch (response.kind) {
    case 'reply':
      return { status: 'replied', reply: { arg: response.data } };
    case 'reject':
      return { status: 'rejected', ...rejectFields(response) };
  }
}

/** A reject, as it goes into CBOR. */
export function rejectFields({ code, message, errorCode }: Reject): Record<string, unknown> {
  return { reject_code: code, reject_message: message, ...(errorCode !== undefined && { error_code: errorCodeText(errorCode) }) };
}
