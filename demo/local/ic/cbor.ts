import { decode, encode, Token, Tokenizer, Type } from 'cborg';
import { isUtf8 } from 'node:buffer';

/** The tag by which CBOR describes itself, and its bytes. */
const SELF_DESCRIBED = 55_799;
const SELF_DESCRIBED_BYTES = Uint8Array.of(0xd9, 0xd9, 0xf7);
/** How deep arrays, maps and tags may nest: as in the IC's own decoder, and far from what overflows the stack. */
const MAX_DEPTH = 128;

/**
 * CBOR as the IC writes it, self-described (interface specification, "CBOR encoding of requests and responses").
 * @param value of blobs, texts, numbers and bigints (both as integers), booleans, null, arrays and plain objects; fields
 * that are undefined are left out
 */
export function encodeCbor(value: unknown): Uint8Array<ArrayBuffer> {
  const content = encode(value, { ignoreUndefinedProperties: true });
  const bytes = new Uint8Array(SELF_DESCRIBED_BYTES.length + content.length);
  bytes.set(SELF_DESCRIBED_BYTES);
  bytes.set(content, SELF_DESCRIBED_BYTES.length);
  return bytes;
}

/**
 * Decodes CBOR, self-described or not. Integers are bigints, be they small or large; blobs are copies, Uint8Arrays; maps
 * are plain objects, in which `__proto__` is a key like any other; undefined is null.
 * @throws {Error} when it is not CBOR, or is what requests are not made of: floating-point numbers, other tags, keys that
 * are no texts or occur twice, texts that are not UTF-8, blobs or texts in pieces, anything more than 128 levels deep
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      tokenizer: new StrictTokenizer(bytes),
      rejectDuplicateMapKeys: true,
      tags: { [SELF_DESCRIBED]: (content) => content() },
    });
  } catch (error) {
    throw new Error(`not valid CBOR: ${(error as Error).message.replace('CBOR decode error: ', '')}`, { cause: error });
  }
}

/** An array, map or tag that has been begun. */
interface Container {
  readonly isMap: boolean;
  /** Counting a key and its value as two. Infinity where the length is not said beforehand. */
  readonly length: number;
  seen: number;
}

/** Says the type of integers, and refuses what the decoder would let pass: it keeps account of what is open for that. */
class StrictTokenizer extends Tokenizer {
  readonly #open: Container[] = [];

  constructor(bytes: Uint8Array) {
    // Not a Buffer, whose slices are not copies.
    super(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { allowBigInt: true, coerceUndefinedToNull: true, retainStringBytes: true });
  }

  override next(): Token {
    const token = super.next();
    if (Type.equals(token.type, Type.break)) {
      this.#break();
      return token;
    }
    const innermost = this.#open.at(-1);
    if (innermost !== undefined) innermost.seen += 1;
    if (Type.equals(token.type, Type.array)) this.#begin(token.value as number, false);
    else if (Type.equals(token.type, Type.map)) this.#begin(2 * (token.value as number), true);
    else if (Type.equals(token.type, Type.tag)) this.#begin(1, false);
    this.#endFull();
    return checked(token);
  }

  #begin(length: number, isMap: boolean): void {
    this.#open.push({ isMap, length, seen: 0 });
    if (this.#open.length > MAX_DEPTH) throw new Error(`it nests more than ${MAX_DEPTH} levels deep`);
  }

  #endFull(): void {
    while (this.#open.length > 0 && this.#open.at(-1)?.seen === this.#open.at(-1)?.length) this.#open.pop();
  }

  #break(): void {
    const ended = this.#open.pop();
    if (ended?.length !== Infinity || (ended.isMap && ended.seen % 2 !== 0)) throw new Error('it ends an array or map where none can end');
    this.#endFull();
  }
}

function checked(token: Token): Token {
  if (Type.equals(token.type, Type.float)) throw new Error('it has a floating-point number: encode integers as integers');
  if (Type.equals(token.type, Type.string) && token.byteValue !== undefined && !isUtf8(token.byteValue)) throw new Error('it has a text that is not UTF-8');
  if (Type.equals(token.type, Type.uint) || Type.equals(token.type, Type.negint)) return new Token(token.type, BigInt(token.value as number | bigint), token.encodedLength);
  return token;
}
