import type { KeyValue } from './key-value.js';

const KEY = 'n';

/** A number that no other call ever gets, not even after an upgrade. */
export function nextCallNumber(store: KeyValue): number {
  const next = Number(store.getText(KEY) ?? 0) + 1;
  store.setText(KEY, String(next));
  return next;
}
