/**
 * What is still to be told to fulfillers: for each payment and fulfiller a lane of deliveries, which are made one after the
 * other. A lane that has come to nothing for too long is dead, until somebody has it tried again or there is more to tell.
 */
import type { Counters } from './counters.js';
import type { KeyValue } from './key-value.js';

/** What happens to a payment that fulfillers are told of: `refunded` be it in part. */
export type Happening = 'paid' | 'refunded';

/** One delivery. */
export interface Waiting {
  /** No other delivery has it. */
  number: number;
  event: Happening;
}

/** See above. */
export interface Lane {
  /** At least one; the first is to be made next. */
  deliveries: Waiting[];
  /** Which item in the queues is its turn. Others of it are out of date. */
  turn: number;
  /** What the last call came to that failed. */
  reason?: string;
  /** When it was given up, in seconds since 1970. */
  deadSince?: number;
}

/** Where a lane leads. */
export interface LaneEnds {
  session: string;
  /** The fulfiller's principal, as text. */
  canister: string;
}

const DEAD = 'd';

/** Lanes (`l<session>_<canister>`), dead ones by the number of their first delivery (`d<number>`), and a list of those numbers (`d`). */
export class Outbox {
  constructor(
    private readonly store: KeyValue,
    private readonly counters: Counters,
  ) {}

  lane(id: string): Lane | undefined {
    const text = this.store.getText(`l${id}`);
    return text === undefined ? undefined : (JSON.parse(text) as Lane);
  }

  set(id: string, lane: Lane): void {
    this.store.setText(`l${id}`, JSON.stringify(lane));
  }

  /** Ends the first delivery of a lane that has not been given up; the lane ends with its last. */
  shift(id: string, { deliveries: [, ...rest], turn }: Lane): void {
    if (rest.length > 0) this.set(id, { deliveries: rest, turn });
    else this.store.remove(`l${id}`);
  }

  /** A number for a delivery, or a turn, that nothing else has. */
  nextNumber(): number {
    const { counts } = this.counters;
    counts.deliveries += 1;
    return counts.deliveries;
  }

  /** Gives a lane up. @param now in seconds since 1970 */
  bury(id: string, lane: Lane, now: number): void {
    this.set(id, { ...lane, deadSince: now });
    const { number } = lane.deliveries[0];
    this.store.setText(`${DEAD}${number}`, id);
    this.store.setText(DEAD, [...this.deadNumbers, number].join(' '));
  }

  /** A dead lane is to live again: forgets that it was dead. The lane itself is for the caller to set. */
  exhume({ deliveries: [{ number }], deadSince }: Lane): void {
    if (deadSince === undefined) return;
    this.store.remove(`${DEAD}${number}`);
    this.store.setText(DEAD, this.deadNumbers.filter((other) => other !== number).join(' '));
  }

  /** The dead lane whose first delivery has a number. */
  dead(number: number): [id: string, lane: Lane] | undefined {
    const id = this.store.getText(`${DEAD}${number}`);
    const lane = id === undefined ? undefined : this.lane(id);
    return id === undefined || lane === undefined ? undefined : [id, lane];
  }

  /** The numbers of dead lanes, in the order in which they were given up. */
  get deadNumbers(): number[] {
    return (this.store.getText(DEAD) ?? '').split(' ').filter(Boolean).map(Number);
  }
}

export function laneId({ session, canister }: LaneEnds): string {
  return `${session}_${canister}`;
}

export function laneEnds(id: string): LaneEnds {
  const at = id.lastIndexOf('_');
  return { session: id.slice(0, at), canister: id.slice(at + 1) };
}
