/** Brings what the first version of the canister has stored to the form of now. */
import { isPaid, type Payment } from '../contract.js';
import { latin1 } from '../encoding/bytes.js';
import type { Counters } from './counters.js';
import type { DueQueues } from './due-queues.js';
import type { KeyValue } from './key-value.js';
import type { Private, StoredPayment } from './payment-record.js';
import type { Payments } from './payments.js';

/**
 * Numbers the payments of version 1, the oldest first, counts them, enters them by reference and intent, and has those looked
 * up that will settle some day.
 * To be called after each upgrade: where there are counters, nothing is of version 1.
 */
export function migrate(store: KeyValue, payments: Payments, counters: Counters, queues: DueQueues, now: number): void {
  if (counters.areStored) return;
  const found: { payment: Payment; known: StoredPayment }[] = [];
  for (const key of store.keys()) {
    const known = key.startsWith('p') ? payments.get(key.slice(1)) : undefined;
    if (known) found.push({ payment: (JSON.parse(latin1(known.answer)) as { payment: Payment }).payment, known });
  }
  found.sort((one, other) => one.payment.created - other.payment.created);
  for (const { payment, known } of found) {
    const queued = known.status === 'processing';
    if (queued) queues.add(payment.id, 'settling', 60, now);
    payments.set(payment.id, { ...known, queued }, undefined);
    const others = payment.client_reference_id === null ? [] : payments.addReference(payment.client_reference_id, payment.id);
    if (isPaid(known.status) && others.some((other) => isPaid(payments.get(other)?.status))) counters.counts.duplicates += 1;
    const { payment_intent } = JSON.parse(latin1(known.private)) as Private;
    if (payment_intent !== null) payments.setIntent(payment_intent, { session: payment.id, refunded: 0, disputed: false });
  }
  counters.save();
}
