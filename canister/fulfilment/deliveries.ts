/**
 * Tells fulfillers what happens to payments: by a call to a method of theirs, at least once, and in order for each payment.
 * A call that is not answered with a reply is made again, later each time, until it is given up.
 */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import type { PaymentList } from '../admin/payment-list.js';
import { CallerError } from '../caller-error.js';
import type { Agenda } from '../payments/agenda.js';
import { answerOf } from '../payments/book.js';
import type { Settings } from '../settings.js';
import { countOne, type Counters } from '../storage/counters.js';
import type { DueItem } from '../storage/due-queues.js';
import type { StoredPayment } from '../storage/payment-record.js';
import { laneEnds, laneId, type Happening, type Lane, type Outbox } from '../storage/outbox.js';
import { isCleanup, seconds, type System } from '../system.js';
import { Delivery, type DeadLetterValue, type DeliveryValue } from './interface.js';

/** Below so many cycles no call is made: what is left is for shoppers. */
const FLOOR = 100_000_000_000n;
/** Calls under way at once: for each the IC keeps some 40 G cycles in reserve, for the longest reply there may be. */
const MOST_UNDER_WAY = 20;
/** Characters of a fulfiller's words that are kept. */
const LONGEST_REASON = 200;
/** Dead letters that are listed. */
const MOST_LISTED = 100;

/** What is needed of the rest. */
export interface Rooms {
  system: System;
  settings: Settings;
  counters: Counters;
  outbox: Outbox;
  agenda: Agenda;
  payments: PaymentList;
  /** Lanes on which a call is under way. Lives as long as the heap. */
  underWay: Set<string>;
}

export class Deliveries {
  constructor(private readonly rooms: Rooms) {}

  /**
   * Something has happened to a payment: whoever fulfils it is to be told.
   * @param now in seconds since 1970
   */
  add(event: Happening, session: string, payment: StoredPayment, now: number): void {
    const told = this.rooms.settings.fulfillers.filter(({ method }) => method !== null);
    const link = told.length > 0 ? answerOf(payment).payment?.payment_link : undefined;
    for (const { canister, payment_links } of told) {
      if (link && payment_links.includes(link)) this.enter(laneId({ session, canister }), event, now);
    }
  }

  /** Makes what deliveries there are on a lane whose turn has come. They are not awaited: a fulfiller may take its time. */
  take(item: DueItem, now: number): void {
    const { outbox, agenda } = this.rooms;
    const lane = outbox.lane(item.id);
    if (lane === undefined || lane.deadSince !== undefined) return;
    if (lane.deliveries.length === 0) return outbox.remove(item.id);
    // Before it is tried, so that it has another turn whatever happens.
    if (!agenda.postpone(item, now)) return outbox.bury(item.id, lane, now);
    void this.run(item.id);
  }

  /** The deliveries that have been given up, the newest first. Of each payment the first that waits. */
  deadLetters(): DeadLetterValue[] {
    const { outbox } = this.rooms;
    const found = outbox.deadNumbers.slice(-MOST_LISTED).reverse().map((number) => outbox.dead(number));
    return found.flatMap((dead) => (dead ? [this.deadLetter(...dead)] : []));
  }

  /** Has a delivery made again that was given up, and those behind it. Throws a CallerError where there is none. */
  retry(number: bigint): void {
    const { outbox, system, counters } = this.rooms;
    const dead = outbox.dead(Number(number));
    if (!dead) throw new CallerError('No delivery of this number has been given up: see list_dead_letters.');
    this.begin(dead[0], outbox.revive(...dead), seconds(system));
    counters.save();
  }

  private enter(id: string, event: Happening, now: number): void {
    const { outbox } = this.rooms;
    const known = outbox.lane(id);
    const alive = known?.deadSince === undefined ? known : outbox.revive(id, known);
    const lane = { ...alive, deliveries: [...(alive?.deliveries ?? []), { number: outbox.nextNumber(), event }] };
    if (known === undefined || known.deadSince !== undefined) return this.begin(id, lane, now);
    outbox.set(id, lane);
    // It has a turn to come, and nothing before this to wait for.
    if (lane.deliveries.length === 1) this.rooms.system.setTimer(0, () => this.run(id));
  }

  private begin(id: string, lane: Lane, now: number): void {
    this.rooms.outbox.set(id, lane);
    this.rooms.agenda.add(id, 'delivery', 0, now);
  }

  /** Makes the deliveries on a lane, one after the other, until one fails. Never rejects. */
  private async run(id: string): Promise<void> {
    const { underWay, counters } = this.rooms;
    if (underWay.has(id) || underWay.size >= MOST_UNDER_WAY) return;
    underWay.add(id);
    try {
      while (await this.deliverNext(id)) counters.save();
      counters.save();
    } catch {
      // Trapped, or its record cannot be read: it has another turn.
    } finally {
      underWay.delete(id);
    }
  }

  /** Returns whether one was delivered. */
  private async deliverNext(id: string): Promise<boolean> {
    const { system, outbox, settings, payments, counters } = this.rooms;
    const { session, canister } = laneEnds(id);
    const before = outbox.lane(id);
    const [next] = before?.deliveries ?? [];
    if (before === undefined || next === undefined || before.deadSince !== undefined) return false;
    const method = settings.fulfillers.find((fulfiller) => fulfiller.canister === canister)?.method;
    const payment = payments.get(session);
    let reason: string | undefined;
    if (!method) reason = 'the canister is no fulfiller with a method any more: see fulfillers in the settings';
    else if (!payment?.accepted) reason = 'the payment is not accepted any more: see payment_links and livemode in the settings';
    else if (system.cycles() < FLOOR) reason = 'this canister has too few cycles: top it up';
    else reason = await this.call(canister, method, { number: BigInt(next.number), event: next.event, payment });
    countOne(counters.counts.delivered, reason === undefined ? next.event : 'failed');
    const lane = outbox.lane(id);
    if (lane === undefined) return false;
    if (reason !== undefined) outbox.set(id, { ...lane, reason });
    else outbox.set(id, { deliveries: lane.deliveries.filter(({ number }) => number !== next.number) });
    return reason === undefined;
  }

  /** Returns why a call has failed, if it has. */
  private async call(canister: string, method: string, delivery: DeliveryValue): Promise<string | undefined> {
    try {
      await this.rooms.system.call(canister, method, new Uint8Array(IDL.encode([Delivery], [delivery])));
      return undefined;
    } catch (error) {
      if (isCleanup(error)) throw error;
      return words(error);
    }
  }

  private deadLetter(id: string, { deliveries: [{ number, event }], reason = '', deadSince = 0 }: Lane): DeadLetterValue {
    const { session, canister } = laneEnds(id);
    const method = this.rooms.settings.fulfillers.find((fulfiller) => fulfiller.canister === canister)?.method ?? '';
    return { number: BigInt(number), canister: Principal.fromText(canister), method, session_id: session, event, since: BigInt(deadSince), reason };
  }
}

/** What a call was rejected with, in ASCII, as it is stored. */
function words(error: unknown): string {
  const { type = '', rejectMessage = '' } = (error ?? {}) as { type?: string; rejectMessage?: string };
  return (rejectMessage || `the call could not be made (${type || 'unknown'})`).replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON);
}
