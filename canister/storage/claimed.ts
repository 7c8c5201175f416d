/** Who has claimed which payment. What is claimed stays so. */
import type { KeyValue } from './key-value.js';

/** Principals, as text, by session (`k…`). */
export class Claimed {
  constructor(private readonly store: KeyValue) {}

  by(session: string): string | undefined {
    return this.store.getText(`k${session}`);
  }

  set(session: string, principal: string): void {
    this.store.setText(`k${session}`, principal);
  }
}
