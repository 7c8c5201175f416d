/** Stable memory that sees to it that queries change nothing. */
import { InMemory, type KeyValue } from '../storage/key-value.js';

export class GuardedStore implements KeyValue {
  private readonly store = new InMemory();

  /** @param mayWrite whether the message of now may change anything */
  constructor(private readonly mayWrite: () => boolean = () => true) {}

  get(key: string): Uint8Array | undefined {
    return this.store.get(key);
  }

  set(key: string, value: Uint8Array): void {
    this.guard();
    this.store.set(key, value);
  }

  getText(key: string): string | undefined {
    return this.store.getText(key);
  }

  setText(key: string, value: string): void {
    this.guard();
    this.store.setText(key, value);
  }

  remove(key: string): void {
    this.guard();
    this.store.remove(key);
  }

  keys(): string[] {
    return this.store.keys();
  }

  /** The keys of one kind. */
  keysOf(kind: string): string[] {
    return this.keys().filter((key) => key.startsWith(kind));
  }

  private guard(): void {
    if (!this.mayWrite()) throw new Error('a query may change nothing');
  }
}
