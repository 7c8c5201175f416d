/**
 * The little of the Wasm binary format that is needed to look into a module and to add to its export section.
 * (https://webassembly.github.io/spec/core/binary/modules.html)
 */

/** Section ids in their binary form, and the ids of external kinds. */
export const Section = { custom: 0, import: 2, table: 4, memory: 5, global: 6, export: 7, start: 8 } as const;
export const ExternalKind = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** `start`..`end` is the section's content; `from` is where its id byte stands. */
export interface SectionRange {
  readonly id: number;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

export class WasmReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error('not a valid Wasm module: it ends in the middle of a section');
    return byte;
  }

  /** An unsigned LEB128 number of up to 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
    throw new Error('not a valid Wasm module: a number is longer than 32 bits');
  }

  skipNumber(): void {
    while ((this.byte() & 0x80) !== 0);
  }

  /** Skips a constant expression, as it initialises a global, with its `end`. */
  skipConstantExpression(): void {
    for (;;) {
      const opcode = this.byte();
      switch (opcode) {
        case 0x0b: // end
          return;
        case 0x41: // i32.const
        case 0x42: // i64.const
        case 0x23: // global.get
        case 0xd0: // ref.null
        case 0xd2: // ref.func
          this.skipNumber();
          break;
        case 0x43: // f32.const
          this.at += 4;
          break;
        case 0x44: // f64.const
          this.at += 8;
          break;
        case 0xfd: // v128.const
          this.skipNumber();
          this.at += 16;
          break;
        case 0x6a: case 0x6b: case 0x6c: case 0x7c: case 0x7d: case 0x7e: // i32 and i64: add, sub, mul
          break;
        default:
          throw new Error(`the initial value of a global uses Wasm instruction 0x${opcode.toString(16)}, which the local IC does not know`);
      }
    }
  }
}

const HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00); // magic and version

export function sections(wasm: Uint8Array): SectionRange[] {
  if (Buffer.compare(wasm.subarray(0, 8), HEADER) !== 0) throw new Error('not a valid Wasm module: it does not begin like one');
  const found: SectionRange[] = [];
  const reader = new WasmReader(wasm, HEADER.length);
  while (reader.at < wasm.length) {
    const from = reader.at;
    const id = reader.byte();
    const length = reader.unsigned();
    const start = reader.at;
    reader.at += length;
    found.push({ id, from, start, end: reader.at });
  }
  return found;
}

/** Custom sections by name, in their order. */
export function customSections(wasm: Uint8Array): { name: string; content: Uint8Array }[] {
  return sections(wasm).filter(({ id }) => id === Section.custom).map(({ start, end }) => {
    const reader = new WasmReader(wasm, start);
    const length = reader.unsigned();
    const name = Buffer.from(wasm.subarray(reader.at, reader.at + length)).toString();
    return { name, content: wasm.slice(reader.at + length, end) };
  });
}

export function encodeUnsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 0x7f) | (rest === 0 ? 0 : 0x80));
    value = rest;
  } while (value !== 0);
  return Uint8Array.from(bytes);
}

export function encodeExport(name: string, kind: number, index: number): Uint8Array {
  const utf8 = Buffer.from(name);
  return Buffer.concat([encodeUnsigned(utf8.length), utf8, Uint8Array.of(kind), encodeUnsigned(index)]);
}

export function encodeSection(id: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(id), encodeUnsigned(content.length), content]);
}
