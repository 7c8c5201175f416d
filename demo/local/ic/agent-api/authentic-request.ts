import { authenticate } from './authentication.js';
import type { Content } from './content.js';
import { readEnvelope } from './envelope.js';
import { checkIngressExpiry } from './expiry.js';
import type { Fields } from './fields.js';
import type { Targets } from './targets.js';

/** What a request asks for, and the canisters that its sender may ask. */
export interface AuthenticRequest<C extends Content> {
  readonly content: C;
  readonly targets: Targets;
}

/**
 * Reads a request that its sender has really sent, and that has not expired. Anonymous queries and read_state requests may
 * have any expiry, as on the IC (interface specification, "Authentication").
 * @param readContent says what it must ask for
 * @param now nanoseconds since 1970
 * @throws {ApiError} 400
 */
export function readAuthentic<C extends Content>(body: Uint8Array, readContent: (content: Fields) => C, now: bigint): AuthenticRequest<C> {
  const envelope = readEnvelope(body, readContent);
  const { content } = envelope;
  if (content.type === 'call' || !content.sender.isAnonymous()) checkIngressExpiry(content.expiry, now);
  return { content, targets: authenticate(envelope, now) };
}
