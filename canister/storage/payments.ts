/** The payments, and the ways to find one: by session, by sequence number, by reference, by payment intent. */
import { countOne, type Counters } from './counters.js';
import type { KeyValue } from './key-value.js';
import { readRecord, writeRecord, type StoredPayment } from './payment-record.js';

/** As many sessions are found under one reference; the newest stay. */
const MOST_PER_REFERENCE = 20;

/** A payment to be stored; its sequence number is given here. */
export type NewPayment = Omit<StoredPayment, 'sequence'>;

/** What is known of a payment intent: its session, and what only events tell. Either may come first. */
export interface Intent {
  session?: string;
  /** Whether its session was paid once, even if that has been forgotten since. */
  paid?: boolean;
  /** Refunded so far, in minor units. */
  refunded: number;
  disputed: boolean;
}

/** Payments by session id (`p…`), session ids by sequence number (`q…`) and by reference (`r…`), {@link Intent}s (`i…`). */
export class Payments {
  constructor(
    private readonly store: KeyValue,
    private readonly counters: Counters,
  ) {}

  get(id: string): StoredPayment | undefined {
    return readRecord(this.store.get(`p${id}`));
  }

  /** Stores a payment, counted by its status. One that is new gets the next sequence number. */
  set(id: string, payment: NewPayment, before: StoredPayment | undefined): StoredPayment {
    const { counts } = this.counters;
    let sequence = before?.sequence;
    if (sequence === undefined) {
      sequence = counts.payments;
      counts.payments += 1;
      this.store.setText(`q${sequence}`, id);
    }
    if (before?.sequence !== undefined) countOne(counts.statuses, before.status, -1);
    countOne(counts.statuses, payment.status);
    const stored = { ...payment, sequence };
    this.store.set(`p${id}`, writeRecord(stored));
    return stored;
  }

  remove(id: string, { sequence, status }: StoredPayment): void {
    this.store.remove(`p${id}`);
    if (sequence === undefined) return;
    this.store.remove(`q${sequence}`);
    countOne(this.counters.counts.statuses, status, -1);
  }

  /** The session with a sequence number; undefined where it has been removed. */
  at(sequence: number): string | undefined {
    return this.store.getText(`q${sequence}`);
  }

  /** Sessions with a reference, oldest first. */
  withReference(reference: string): string[] {
    const text = this.store.getText(`r${reference}`);
    return text === undefined ? [] : text.split(' ');
  }

  /** Returns the other sessions with the reference. */
  addReference(reference: string, id: string): string[] {
    const ids = this.withReference(reference);
    if (!ids.includes(id)) this.store.setText(`r${reference}`, [...ids, id].slice(-MOST_PER_REFERENCE).join(' '));
    return ids.filter((other) => other !== id);
  }

  intent(intent: string): Intent {
    const text = this.store.getText(`i${intent}`);
    return text === undefined ? { refunded: 0, disputed: false } : (JSON.parse(text) as Intent);
  }

  setIntent(intent: string, known: Intent): void {
    this.store.setText(`i${intent}`, JSON.stringify(known));
  }
}
