/**
 * Candid arguments, read by hand where every shopper passes.
 *
 * `IDL.decode` is interpreted by the JavaScript engine inside the Wasm: one
 * `http_request` costs it 18 M instructions there and back. A cursor that takes
 * the few fields needed out of the bytes costs a fiftieth. Off the hot path
 * (init, what administrators call) `IDL` does the work.
 *
 * The bytes are a stranger's: every length is held against what is left, and
 * no more values are passed over than there are bytes.
 *
 * Format: https://github.com/dfinity/candid/blob/master/spec/Candid.md#binary-format
 */
import { CallerError } from '../caller-error.js';
import { latin1 } from './bytes.js';

// Types, as the signed numbers that stand for them.
const NULL = -1;
const BOOL = -2;
const NAT = -3;
const INT = -4;
const NAT8 = -5;
const FLOAT64 = -14;
const TEXT = -15;
const RESERVED = -16;
const OPT = -18;
const VEC = -19;
const RECORD = -20;
const VARIANT = -21;
const PRINCIPAL = -24;
/** Sizes of the types from NAT8 (-5) down to FLOAT64 (-14). */
const FIXED_SIZES = [1, 2, 4, 8, 1, 2, 4, 8, 4, 8];

const MAX_TABLE = 64;
const MAX_DEPTH = 8;
/** Values of no use here that an honest argument may have: each costs some thousand instructions to pass over, and few bytes. */
const MOST_VALUES = 500;
/** Servers let no more through; each costs 7,000 instructions. */
const MOST_HEADERS = 256;

interface Composite {
  code: number;
  /** An opt's or vec's one type; a record's or variant's field hashes and types in turn, by ascending hash. */
  parts: number[];
}

/** The part of a message before its values: its type table, and the first argument's type. */
interface Layout {
  preamble: string;
  table: Composite[];
  type: number;
}

/** Says that an argument is not the Candid this method takes. Quotes nothing of it. */
export class MalformedArgument extends CallerError {}

/** The number that stands for a field's name: `hash(name) mod 2^32`. */
export function fieldHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i += 1) hash = (Math.imul(hash, 223) + name.charCodeAt(i)) >>> 0;
  return hash;
}

/** Walks through the first argument of a Candid message. Every method may throw {@link MalformedArgument}. */
export class Cursor {
  /**
   * Messages of one kind from one sender begin with the same fifty bytes, and reading
   * those costs more than all the rest, so {@link learn} keeps what they say.
   */
  private static readonly layouts: Layout[] = [];
  private static longest = 4;

  /** Recognises later messages that begin as this one does. */
  static learn(message: Uint8Array): void {
    const { at, table, type } = new Cursor(message);
    Cursor.layouts.push({ preamble: latin1(message.subarray(0, at)), table, type });
    Cursor.longest = Math.max(Cursor.longest, at);
  }

  /**
   * Sees to it that `IDL.decode` can read a message: that it is Candid, of one argument, with no more in it than its bytes
   * may pay for. Left to itself it builds a billion values out of a few bytes.
   */
  static check(message: Uint8Array): void {
    const cursor = new Cursor(message);
    if (cursor.extra > 0) throw new MalformedArgument('one argument expected');
    cursor.skip(cursor.type);
  }

  /** The first argument's type, to be handed to the method that reads it. */
  readonly type: number;
  private at = 4;
  private readonly table: Composite[];
  /** Arguments after the first one. */
  private extra = 0;
  /** How many values may still be passed over: few bytes of types can claim billions of values without bytes. */
  private left = MOST_VALUES;

  constructor(private readonly bytes: Uint8Array) {
    const head = latin1(bytes.subarray(0, Cursor.longest));
    const layout = learnt(Cursor.layouts, head);
    if (layout) {
      this.table = layout.table;
      this.type = layout.type;
      this.at = layout.preamble.length;
    } else {
      if (!head.startsWith('DIDL')) throw new MalformedArgument('not Candid');
      this.table = [];
      for (let left = this.count(MAX_TABLE); left > 0; left -= 1) this.table.push(this.composite());
      this.type = this.firstOf(this.count(MAX_TABLE));
    }
  }

  /**
   * A record's fields by ascending hash, each one's hash and type in turn. Their values follow in this order: each is to be
   * read or skipped. (A visitor would be neater, and costs as much again as what it reads.)
   */
  fields(type: number): readonly number[] {
    return this.expect(type, RECORD).parts;
  }

  /** A text, with {@link latin1}'s reading of what is not ASCII. @param most bytes that are read of it, 127 or more */
  text(type: number, most = 0xffff_ffff): string {
    if (type !== TEXT) throw new MalformedArgument('text expected');
    const from = this.at + 1;
    const end = from + this.bytes[this.at];
    // A length in one byte, written out: the calls cost as much as the text.
    if (end < from + 0x80 && end <= this.bytes.length) {
      this.at = end;
      return latin1(this.bytes.subarray(from, end));
    }
    const bytes = this.take(this.count());
    return latin1(bytes.subarray(0, most));
  }

  /** A view of a `vec nat8`, not a copy. */
  blob(type: number): Uint8Array {
    if (this.expect(type, VEC).parts[0] !== NAT8) throw new MalformedArgument('blob expected');
    return this.take(this.count());
  }

  /** A `nat` below 2^32. */
  nat(type: number): number {
    if (type !== NAT) throw new MalformedArgument('nat expected');
    return this.count();
  }

  /**
   * The value under `name` (lower case) in a `vec record { text; text }`, or undefined; header names come in any case.
   * The cursor stays before the headers, so that another may be asked for.
   */
  header(type: number, name: string): string | undefined {
    const from = this.at;
    const value = this.findHeader(type, name);
    this.at = from;
    return value;
  }

  private findHeader(type: number, name: string): string | undefined {
    const pair = this.expect(this.expect(type, VEC).parts[0], RECORD).parts;
    if (pair.length !== 4 || pair[1] !== TEXT || pair[3] !== TEXT) throw new MalformedArgument('headers expected');
    for (let left = this.count(MOST_HEADERS); left > 0; left -= 1) {
      // Written out, since a request has twenty headers and a call costs as much as all the rest of a turn.
      const short = this.bytes[this.at];
      if (short < 0x80 && short !== name.length) this.at += short + 1;
      else if (latin1(this.take(this.count())).toLowerCase() === name) return latin1(this.take(this.count()));
      const length = this.bytes[this.at];
      if (length < 0x80) this.at += length + 1;
      else this.pass(this.count());
    }
    return undefined;
  }

  /** Passes over a value of any type an honest caller may add to a record one day. */
  skip(type: number, depth = 0): void {
    this.left -= 1;
    if (depth > MAX_DEPTH || this.left < 0) throw new MalformedArgument('too many values');
    if (type === NULL || type === RESERVED) return;
    if (type === BOOL) this.pass(1);
    else if (type === NAT || type === INT) while (this.byte() >= 0x80);
    else if (isFixedSize(type)) this.pass(FIXED_SIZES[NAT8 - type]);
    else if (type === TEXT) this.pass(this.count());
    else if (type === PRINCIPAL) this.skipPrincipal();
    else this.skipComposite(this.composed(type), depth + 1);
  }

  private skipPrincipal(): void {
    if (this.byte() !== 1) throw new MalformedArgument('a reference that says nothing');
    this.pass(this.count());
  }

  private skipComposite({ code, parts }: Composite, depth: number): void {
    if (code === OPT) {
      if (this.byte() !== 0) this.skip(parts[0], depth);
    } else if (code === VEC) {
      const length = this.count();
      if (isFixedSize(parts[0])) this.pass(length * FIXED_SIZES[NAT8 - parts[0]]);
      else for (let left = length; left > 0; left -= 1) this.skip(parts[0], depth);
    } else if (code === RECORD) {
      for (let i = 1; i < parts.length; i += 2) this.skip(parts[i], depth);
    } else {
      const choice = this.count(parts.length / 2 - 1);
      this.skip(parts[2 * choice + 1], depth);
    }
  }

  private composed(type: number): Composite {
    const composite = this.table[type] as Composite | undefined;
    if (composite === undefined) throw new MalformedArgument('a type that this method does not take');
    return composite;
  }

  private expect(type: number, code: number): Composite {
    const composite = this.composed(type);
    if (composite.code !== code) throw new MalformedArgument('another type expected');
    return composite;
  }

  private composite(): Composite {
    const code = this.signed();
    if (code === OPT || code === VEC) return { code, parts: [this.signed()] };
    if (code !== RECORD && code !== VARIANT) throw new MalformedArgument('a type that this method does not take');
    const parts: number[] = [];
    for (let left = this.count(MAX_TABLE); left > 0; left -= 1) parts.push(this.count(), this.signed());
    return { code, parts };
  }

  /** The first of the arguments' types. */
  private firstOf(types: number): number {
    if (types === 0) throw new MalformedArgument('an argument is missing');
    const first = this.signed();
    for (let i = 1; i < types; i += 1) this.signed();
    this.extra = types - 1;
    return first;
  }

  private take(length: number): Uint8Array {
    this.pass(length);
    return this.bytes.subarray(this.at - length, this.at);
  }

  private pass(length: number): void {
    if (length > this.bytes.length - this.at) throw new MalformedArgument('cut short');
    this.at += length;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new MalformedArgument('cut short');
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128 number up to `most`. */
  private count(most = 0xffff_ffff): number {
    let byte = this.bytes[this.at];
    if (byte < 0x80 && byte <= most) {
      this.at += 1;
      return byte;
    }
    byte = this.byte();
    let value = byte & 0x7f;
    for (let weight = 0x80; byte >= 0x80; weight *= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * weight;
      if (value > most || weight > 0x10_0000_0000) throw new MalformedArgument('a number too large');
    }
    if (value > most) throw new MalformedArgument('a number too large');
    return value;
  }

  /** A signed LEB128 number: a type code, or an index into the table. */
  private signed(): number {
    const value = this.count(0x3fff);
    const bits = value < 0x80 ? 0x40 : 0x2000;
    return value & bits ? value - 2 * bits : value;
  }
}

function learnt(layouts: readonly Layout[], head: string): Layout | undefined {
  for (const layout of layouts) if (head.startsWith(layout.preamble)) return layout;
  return undefined;
}

function isFixedSize(type: number): boolean {
  return type <= NAT8 && type >= FLOAT64;
}
