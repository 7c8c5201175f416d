/** The most values, type definitions and fields that a message may have in all. */
const MAX_STEPS = 10_000;
/** The most bytes that decoding may copy: the library copies the rest of the message at every signed number. */
const MAX_COPIED = 2 ** 27;
const MAX_DEPTH = 32;
/** Numbers beyond this are in no range that a method accepts, and decoding takes time quadratic in their length. */
const MAX_NUMBER_BYTES = 64;
const MAX_PRINCIPAL_BYTES = 29;

const TYPE = { null: -1, int: -4, nat8: -5, nat: -3, text: -15, reserved: -16, opt: -18, vec: -19, record: -20, variant: -21, principal: -24 } as const;
/** Bytes of the types that always take the same number of them. */
const SIZES = new Map<number, number>([
  [TYPE.null, 0], [-2, 1], [TYPE.nat8, 1], [-6, 2], [-7, 4], [-8, 8], [-9, 1], [-10, 2], [-11, 4], [-12, 8], [-13, 4], [-14, 8], [TYPE.reserved, 0],
]);

/** A definition in the message's type table. The types in it are codes, negative, or places in the table. */
interface Definition {
  readonly code: number;
  readonly parts: readonly number[];
}

/**
 * Walks through a Candid message and refuses what the decoder would take too long for: a vector of a billion nulls takes
 * eight bytes, and so do records of records of nothing. References to functions and services, of which none of the
 * management canister's methods but `http_request` takes any, are refused too.
 * @throws {Error} that says what is wrong
 */
export function checkCandidBounds(message: Uint8Array): void {
  new Walk(message).run();
}

class Walk {
  readonly #bytes: Uint8Array;
  readonly #definitions: Definition[] = [];
  #at = 0;
  #steps = 0;
  #copied = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  run(): void {
    if (Buffer.from(this.#take(4)).toString('latin1') !== 'DIDL') throw new Error('it does not begin with DIDL');
    for (let count = this.#unsigned(); count > 0; count -= 1) this.#definitions.push(this.#definition());
    const types: number[] = [];
    for (let count = this.#unsigned(); count > 0; count -= 1) types.push(this.#type());
    for (const type of types) this.#value(type, 0);
    if (this.#at < this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  #definition(): Definition {
    const code = this.#type();
    switch (code) {
      case TYPE.opt:
      case TYPE.vec:
        return { code, parts: [this.#type()] };
      case TYPE.record:
      case TYPE.variant: {
        const parts: number[] = [];
        for (let count = this.#unsigned(); count > 0; count -= 1) {
          this.#unsigned(); // the hash of the field's name
          parts.push(this.#type());
        }
        return { code, parts };
      }
      default:
        throw new Error(`a type definition of code ${code} is not expected here`);
    }
  }

  #value(type: number, depth: number): void {
    this.#step();
    if (depth > MAX_DEPTH) throw new Error(`values are nested more than ${MAX_DEPTH} deep`);
    if (type >= 0) {
      this.#compound(type, depth + 1);
      return;
    }
    const size = SIZES.get(type);
    if (size !== undefined) this.#take(size);
    else if (type === TYPE.nat) this.#number();
    else if (type === TYPE.int) this.#signed(MAX_NUMBER_BYTES);
    else if (type === TYPE.text) this.#take(this.#unsigned());
    else if (type === TYPE.principal) this.#principal();
    else throw new Error(`a value of type code ${type} is not expected here`);
  }

  #compound(index: number, depth: number): void {
    const definition = this.#definitions[index];
    if (definition === undefined) throw new Error(`there is no type ${index}`);
    const { code, parts } = definition;
    const [part = TYPE.null] = parts;
    if (code === TYPE.opt) {
      if (this.#byte() !== 0) this.#value(part, depth);
    } else if (code === TYPE.vec) {
      const length = this.#unsigned();
      if (part === TYPE.nat8) this.#take(length);
      else for (let left = length; left > 0; left -= 1) this.#value(part, depth);
    } else if (code === TYPE.record) {
      for (const field of parts) this.#value(field, depth);
    } else {
      const choice = parts[this.#unsigned()];
      if (choice === undefined) throw new Error('a variant has no such alternative');
      this.#value(choice, depth);
    }
  }

  #principal(): void {
    if (this.#byte() !== 1) throw new Error('a principal is opaque');
    const length = this.#unsigned();
    if (length > MAX_PRINCIPAL_BYTES) throw new Error(`a principal has ${length} bytes, of at most ${MAX_PRINCIPAL_BYTES}`);
    this.#take(length);
  }

  #type(): number {
    this.#step();
    const bytes = this.#signed(4);
    const value = bytes.reduce((sum, byte, index) => sum + (byte & 0x7f) * 2 ** (7 * index), 0);
    return ((bytes.at(-1) ?? 0) & 0x40) === 0 ? value : value - 2 ** (7 * bytes.length);
  }

  #signed(maxBytes: number): Uint8Array {
    this.#copied += this.#bytes.length - this.#at;
    if (this.#copied > MAX_COPIED) throw new Error('there are too many types and integers for a message of this length');
    return this.#number(maxBytes);
  }

  /** A length, an index or a field's hash. */
  #unsigned(): number {
    return this.#number(5).reduce((sum, byte, index) => sum + (byte & 0x7f) * 2 ** (7 * index), 0);
  }

  #number(maxBytes = MAX_NUMBER_BYTES): Uint8Array {
    const start = this.#at;
    while (this.#byte() >= 0x80) if (this.#at - start >= maxBytes) throw new Error(`a number has more than ${maxBytes} bytes`);
    return this.#bytes.subarray(start, this.#at);
  }

  #byte(): number {
    const [byte = 0] = this.#take(1);
    return byte;
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new Error('unexpected end of the message');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  #step(): void {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw new Error(`it has more than ${MAX_STEPS} types and values`);
  }
}
