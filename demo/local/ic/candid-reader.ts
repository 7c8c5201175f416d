import { isUtf8 } from 'node:buffer';

/** The most values, type definitions and fields that a message may have in all. */
const MAX_STEPS = 10_000;
/** The most bytes that decoding may copy: the library copies the rest of the message at every signed number. */
const MAX_COPIED = 2 ** 28;
/** Numbers beyond this are in no range that anybody accepts, and decoding takes time quadratic in their length. */
const MAX_NUMBER_BYTES = 64;
const MAX_PRINCIPAL_BYTES = 29;

/** Reads a Candid message from its beginning, and counts what decoding it will cost. Each method throws an Error that says what is wrong. */
export class CandidReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #steps = 0;
  #copied = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Counts values, types, or what takes about as long. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > MAX_STEPS) throw new Error(`it has more than ${MAX_STEPS} types and values`);
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new Error('unexpected end of the message');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  byte(): number {
    const [byte = 0] = this.take(1);
    return byte;
  }

  /** A byte that is 0 or 1. */
  flag(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new Error(`a byte that can be 0 or 1 is ${byte}`);
    return byte === 1;
  }

  /** A length, an index or a field's hash. */
  unsigned(): number {
    return sum(this.natural(5));
  }

  /** The bytes of an unsigned number. */
  natural(maxBytes = MAX_NUMBER_BYTES): Uint8Array {
    const start = this.#at;
    while (this.byte() >= 0x80) if (this.#at - start >= maxBytes) throw new Error(`a number has more than ${maxBytes} bytes`);
    return this.#bytes.subarray(start, this.#at);
  }

  /** The bytes of a signed number. */
  integer(maxBytes = MAX_NUMBER_BYTES): Uint8Array {
    this.#copied += this.#bytes.length - this.#at;
    if (this.#copied > MAX_COPIED) throw new Error('there are too many types and integers for a message of this length');
    return this.natural(maxBytes);
  }

  /** The code of a type, negative, or a place in the message's type table. */
  type(): number {
    this.step();
    const bytes = this.integer(4);
    const value = sum(bytes);
    return ((bytes.at(-1) ?? 0) & 0x40) === 0 ? value : value - 2 ** (7 * bytes.length);
  }

  /** @returns its length in bytes */
  text(): number {
    const bytes = this.take(this.unsigned());
    if (!isUtf8(bytes)) throw new Error('a text is not UTF-8');
    return bytes.length;
  }

  /** A principal, or a reference to a service. */
  principal(): void {
    if (!this.flag()) throw new Error('a principal is opaque');
    const length = this.unsigned();
    if (length > MAX_PRINCIPAL_BYTES) throw new Error(`a principal has ${length} bytes, of at most ${MAX_PRINCIPAL_BYTES}`);
    this.take(length);
  }

  /** A reference to a function. */
  function(): void {
    if (!this.flag()) throw new Error('a function is opaque');
    this.principal();
    this.text();
  }
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, index) => sum + (byte & 0x7f) * 2 ** (7 * index), 0);
}
