/** Payments that a person may have to look at, remembered when they become so. */
import type { KeyValue } from './key-value.js';

const KEY = 'a';
/** As many are remembered, the latest ones. */
const MOST = 500;

/** Session ids, in the order in which they came (`a`). */
export class Concerns {
  constructor(private readonly store: KeyValue) {}

  add(session: string): void {
    const others = this.sessions.filter((other) => other !== session);
    this.store.setText(KEY, [...others, session].slice(-MOST).join(' '));
  }

  get sessions(): string[] {
    return (this.store.getText(KEY) ?? '').split(' ').filter(Boolean);
  }
}
