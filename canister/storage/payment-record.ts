/**
 * What is remembered of a session, in stable memory.
 *
 * Layout, version 2: `version u8 | status u8 | due u32 | terms u16 | sequence u32 | flags u8 | private u16 | private JSON | answer JSON`,
 * big-endian; `due` in seconds since 1970, `private` the length in bytes of what follows it.
 * The answer lies last and whole, so that a query replies with a view of it.
 *
 * Version 1 had neither sequence nor flags; see `migrate`.
 */
import type { Status } from '../contract.js';

const VERSION = 2;
const HEAD = 15;
const HEAD_OF_1 = 10;
/** A status's place here stands for it in stable memory, for ever: new ones go to the end. The others are never stored. */
const STORED: readonly (Status | undefined)[] = [undefined, 'open', 'processing', 'paid', 'failed', 'expired', 'refunded'];
/** `due` of what need not be looked up again. */
const NEVER = 0xffff_ffff;
const DISPUTED = 1;
const QUEUED = 2;

/** A remembered session. */
export interface StoredPayment {
  status: Status;
  /** When a lookup makes sense again, in seconds since 1970; undefined for a final status. */
  due: number | undefined;
  /** The generation of the merchant's terms by which the status was judged. */
  termsGeneration: number;
  /** Its place in the order in which payments were first heard of; undefined in a record of version 1. */
  sequence: number | undefined;
  /** Whether the shopper disputes it. */
  disputed: boolean;
  /** Whether it waits in a queue to be looked up by itself. */
  queued: boolean;
  /** The JSON body to answer with, in ASCII, without `retry_after_ms`. */
  answer: Uint8Array;
  /** What Stripe said that is not for the public: JSON of {@link Private}. */
  private: Uint8Array;
}

/** What is kept of a session for the merchant alone. */
export interface Private {
  payment_intent: string | null;
  /** In seconds since 1970. */
  expires_at: number | null;
}

/** Reads a record; undefined for absent. Throws for a version from the future, which only a downgrade can bring. */
export function readRecord(bytes: Uint8Array | null | undefined): StoredPayment | undefined {
  if (bytes === null || bytes === undefined) return undefined;
  const [version, code] = bytes;
  if (version !== VERSION && version !== 1) throw new Error(`a payment record of version ${version}: install the newer canister again`);
  const status = STORED[code];
  if (status === undefined) throw new Error(`a payment record of status ${code}: install the newer canister again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const due = view.getUint32(2);
  const isNew = version === VERSION;
  const head = isNew ? HEAD : HEAD_OF_1;
  const flags = isNew ? bytes[12] : 0;
  const answerAt = head + view.getUint16(head - 2);
  return {
    status,
    due: due === NEVER ? undefined : due,
    termsGeneration: view.getUint16(6),
    sequence: isNew ? view.getUint32(8) : undefined,
    disputed: (flags & DISPUTED) !== 0,
    queued: (flags & QUEUED) !== 0,
    private: bytes.subarray(head, answerAt),
    answer: bytes.subarray(answerAt),
  };
}

/** Writes a record for {@link readRecord}. */
export function writeRecord(payment: StoredPayment & { sequence: number }): Uint8Array {
  const bytes = new Uint8Array(HEAD + payment.private.length + payment.answer.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = STORED.indexOf(payment.status);
  view.setUint32(2, payment.due ?? NEVER);
  view.setUint16(6, payment.termsGeneration);
  view.setUint32(8, payment.sequence);
  bytes[12] = (payment.disputed ? DISPUTED : 0) | (payment.queued ? QUEUED : 0);
  view.setUint16(13, payment.private.length);
  bytes.set(payment.private, HEAD);
  bytes.set(payment.answer, HEAD + payment.private.length);
  return bytes;
}
