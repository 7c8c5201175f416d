/** Stable memory, which survives upgrades: one map, for each more would cost an idle canister 86 M cycles a day. */
import { StableBTreeMap } from 'azle';
import { latin1 } from '../encoding/bytes.js';
import type { KeyValue } from '../storage/key-value.js';
import { asciiBytes, wordBytes } from './ascii-bytes.js';

const raw = { toBytes: (bytes: Uint8Array) => bytes, fromBytes: (bytes: Uint8Array) => bytes };
const map = new StableBTreeMap<Uint8Array, Uint8Array>(0, raw, raw);

export class StableMap implements KeyValue {
  /** For what is not there Azle gives null or undefined, whatever its type says. */
  get(key: string): Uint8Array | undefined {
    return map.get(wordBytes(key)) ?? undefined;
  }

  set(key: string, value: Uint8Array): void {
    map.insert(wordBytes(key), value);
  }

  getText(key: string): string | undefined {
    const value = this.get(key);
    return value && latin1(value);
  }

  setText(key: string, value: string): void {
    this.set(key, asciiBytes(value));
  }

  remove(key: string): void {
    map.remove(wordBytes(key));
  }

  keys(): string[] {
    return map.keys().map(latin1);
  }
}
