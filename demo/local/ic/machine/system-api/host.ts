import { Trap, type Execution } from '../execution.js';
import type { StableMemory } from '../stable-memory.js';

/** What the functions of the System API work on. */
export interface Host {
  readonly memory: WasmMemory;
  readonly stable: StableMemory;
  /** The execution under way. */
  readonly execution: Execution;
  readonly log: (line: string) => void;
}

/**
 * A System API function. Numbers arrive unsigned ("Interpretation of numbers"): i32 as number, i64 as bigint. `never`
 * lets each function name its own parameters: the Wasm import's type fixes what arrives.
 */
export type SystemFunction = (...args: never[]) => number | bigint | undefined | void;
export type SystemFunctions = Record<string, SystemFunction>;

/** The canister's heap, read and written by copy, with the bounds checks that the spec asks of every function. */
export class WasmMemory {
  readonly #buffer: () => ArrayBuffer;

  /** @param buffer gives the memory's buffer as it is now: growing replaces it */
  constructor(buffer: () => ArrayBuffer) {
    this.#buffer = buffer;
  }

  view(start: number, size: number): Uint8Array<ArrayBuffer> {
    const buffer = this.#buffer();
    if (start + size > buffer.byteLength) throw new Trap(`Canister trapped: heap out of bounds (${size} bytes at ${start}, of ${buffer.byteLength})`);
    return new Uint8Array(buffer, start, size);
  }

  read(start: number, size: number): Uint8Array<ArrayBuffer> {
    return this.view(start, size).slice();
  }

  write(start: number, data: Uint8Array): void {
    this.view(start, data.length).set(data);
  }

  /** @throws {Trap} when it is not valid UTF-8 */
  readText(start: number, size: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.view(start, size));
    } catch (error) {
      if (error instanceof Trap) throw error;
      throw new Trap('Canister trapped: a text given to the System API is not valid UTF-8');
    }
  }

  /** A 128-bit number, little endian, as the cycles functions pass them. */
  write128(start: number, value: bigint): void {
    const view = this.view(start, 16);
    const words = new DataView(view.buffer, view.byteOffset, 16);
    words.setBigUint64(0, BigInt.asUintN(64, value), true);
    words.setBigUint64(8, value >> 64n, true);
  }
}

export const join128 = (high: bigint, low: bigint) => (high << 64n) | low;

/** The `…_size` and `…_copy` pair by which the System API hands out a blob ("Blob-typed arguments and results"). */
export function blob(name: string, host: Host, value: () => Uint8Array): SystemFunctions {
  return {
    [`${name}_size`]: () => value().length,
    [`${name}_copy`]: (dst: number, offset: number, size: number) => {
      copyPart(host, `${name}_copy`, value(), dst, offset, size);
    },
  };
}

/**
 * Copies a part of a blob to the heap.
 * @param name of the function, for the message
 * @throws {Trap} when the part is not within the data, or its destination not within the heap
 */
export function copyPart(host: Host, name: string, data: Uint8Array, dst: number, offset: number, size: number): void {
  if (offset + size > data.length) throw new Trap(`Canister trapped: ic0.${name} reads past the end (${size} bytes at ${offset}, of ${data.length})`);
  host.memory.write(dst, data.subarray(offset, offset + size));
}

export const min = (a: bigint, b: bigint) => (a < b ? a : b);

/** For the 64-bit forms of functions that also have a 128-bit one. */
export function fits64(name: string, value: bigint): bigint {
  if (value >= 1n << 64n) throw new Trap(`Canister trapped: the result of ic0.${name} does not fit into 64 bits; use ic0.${name}128`);
  return value;
}
