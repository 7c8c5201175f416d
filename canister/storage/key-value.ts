/**
 * Where things are kept. Keys are of letters, digits, `_` and `-`; their first letter tells kinds apart, for in the canister
 * all lie in one map: each further one would cost 86 M cycles a day.
 */
export interface KeyValue {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
  /** ASCII without control characters. */
  getText(key: string): string | undefined;
  setText(key: string, value: string): void;
  remove(key: string): void;
  /** All keys, in order: costly where there are many. */
  keys(): string[];
}

/** In memory, for tests. */
export class InMemory implements KeyValue {
  private readonly map = new Map<string, Uint8Array>();

  get(key: string): Uint8Array | undefined {
    return this.map.get(check(key));
  }

  set(key: string, value: Uint8Array): void {
    this.map.set(check(key), value.slice());
  }

  getText(key: string): string | undefined {
    const bytes = this.get(key);
    return bytes && String.fromCharCode(...bytes);
  }

  setText(key: string, value: string): void {
    if (!/^[\x20-\x7e]*$/.test(value)) throw new Error('a text to be stored is not in ASCII');
    this.set(key, Uint8Array.from(value, (character) => character.charCodeAt(0)));
  }

  remove(key: string): void {
    this.map.delete(check(key));
  }

  keys(): string[] {
    return [...this.map.keys()].sort();
  }
}

function check(key: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) throw new Error('a key is not of letters, digits, _ and -');
  return key;
}
