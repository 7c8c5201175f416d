/**
 * What is remembered of a session, in stable memory, and how it moves on.
 *
 * Layout, version 1: `version u8 | status u8 | due u32 | terms u16 | private u16 | private JSON | answer JSON`,
 * big-endian; `due` in seconds since 1970, `private` the length in bytes of what follows it.
 * The answer lies last and whole, so that a query replies with a view of it.
 */
import type { Answer, Status } from './contract.js';

const VERSION = 1;
const HEAD = 10;
/** A status's place here stands for it in stable memory, for ever: new ones go to the end. The others are never stored. */
const STORED: readonly (Status | undefined)[] = [undefined, 'open', 'processing', 'paid', 'failed', 'expired', 'refunded'];
/** `due` of what need not be looked up again. */
const NEVER = 0xffff_ffff;

/** A remembered session. */
export interface StoredPayment {
  status: Status;
  /** When a lookup makes sense again, in seconds since 1970; undefined for a final status. */
  due: number | undefined;
  /** The generation of the merchant's terms by which the status was judged. */
  termsGeneration: number;
  /** The JSON body to answer with, in ASCII, without `retry_after_ms`. */
  answer: Uint8Array;
  /** What Stripe said that is not for the public. */
  private: Uint8Array;
}

/** Reads a record; undefined for absent. Throws for a version from the future, which only a downgrade can bring. */
export function readRecord(bytes: Uint8Array | null | undefined): StoredPayment | undefined {
  if (bytes === null || bytes === undefined) return undefined;
  if (bytes[0] !== VERSION) throw new Error(`a payment record of version ${bytes[0]}: install the newer canister again`);
  const status = STORED[bytes[1]];
  if (status === undefined) throw new Error(`a payment record of status ${bytes[1]}: install the newer canister again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const due = view.getUint32(2);
  const answerAt = HEAD + view.getUint16(8);
  return {
    status,
    due: due === NEVER ? undefined : due,
    termsGeneration: view.getUint16(6),
    private: bytes.subarray(HEAD, answerAt),
    answer: bytes.subarray(answerAt),
  };
}

/** Writes a record for {@link readRecord}. */
export function writeRecord(payment: StoredPayment): Uint8Array {
  const bytes = new Uint8Array(HEAD + payment.private.length + payment.answer.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = STORED.indexOf(payment.status);
  view.setUint32(2, payment.due ?? NEVER);
  view.setUint16(6, payment.termsGeneration);
  view.setUint16(8, payment.private.length);
  bytes.set(payment.private, HEAD);
  bytes.set(payment.answer, HEAD + payment.private.length);
  return bytes;
}

/** How far along a status is. A payment never moves to a lower rank, whatever order news come in. */
const RANK: Partial<Record<Status, number>> = { open: 0, processing: 1, expired: 2, failed: 2, paid: 3, refunded: 4 };

/** Whether news of status `next` may replace what is known. */
export function movesForward(known: Status | undefined, next: Status): boolean {
  return known === undefined || (RANK[next] ?? -1) >= (RANK[known] ?? -1);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * Seconds until a lookup of such a session makes sense again: soon while it is
 * young, sparsely when it is old; undefined when it is final.
 * @param age of the session, in seconds
 */
export function nextLookupIn({ status, reason }: Pick<Answer, 'status' | 'reason'>, age: number): number | undefined {
  if (status === 'open') return clamp(age / 20, 3, 10 * MINUTE);
  if (status === 'processing') return reason === 'unsettled' ? 24 * HOUR : clamp(age / 20, MINUTE, 6 * HOUR);
  return undefined;
}

function clamp(value: number, least: number, most: number): number {
  return Math.ceil(Math.min(Math.max(value, least), most));
}
