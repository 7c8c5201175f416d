/** What a merchant has to look at, found among payments and deliveries. */
import type { DeadLetter, Payment } from './backend.js';

/** Something that needs the merchant. */
export type Concern =
  | { kind: 'dispute'; payment: Payment }
  | { kind: 'duplicate'; reference: string; payments: Payment[] }
  | { kind: 'unsettled'; payment: Payment }
  | { kind: 'undelivered'; letter: DeadLetter };

/** The most urgent first: disputes have a term, and goods that were not delivered a customer who waits. */
export function concernsOf(payments: Iterable<Payment>, letters: readonly DeadLetter[]): Concern[] {
  const all = [...payments];
  const twice = new Map<string, Payment[]>();
  for (const payment of all) {
    const { duplicate, client_reference_id: reference } = payment;
    if (!duplicate || reference === null) continue;
    twice.set(reference, [...(twice.get(reference) ?? []), payment]);
  }
  return [
    ...all.filter(({ disputed }) => disputed).map((payment): Concern => ({ kind: 'dispute', payment })),
    ...letters.map((letter): Concern => ({ kind: 'undelivered', letter })),
    ...[...twice].map(([reference, payments]): Concern => ({ kind: 'duplicate', reference, payments })),
    ...all.filter(({ status, reason }) => status === 'processing' && reason === 'unsettled').map((payment): Concern => ({ kind: 'unsettled', payment })),
  ];
}
