/**
 * Tells fulfillers what happens to payments: by a call to a method of theirs, at least once, and in order for each payment.
 * A call that is not answered with a reply is made again, later each time, until it is given up.
 */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import type { PaymentViewValue } from '../admin/interface.js';
import { CallerError } from '../caller-error.js';
import type { Agenda } from '../payments/agenda.js';
import { answerOf } from '../payments/book.js';
import type { Fulfiller, Settings } from '../settings.js';
import { countOne, type Counters } from '../storage/counters.js';
import type { DueItem } from '../storage/due-queues.js';
import { laneEnds, laneId, type Happening, type Lane, type Outbox } from '../storage/outbox.js';
import type { StoredPayment } from '../storage/payment-record.js';
import { isCleanup, seconds, type System } from '../system.js';
import { Delivery, type DeadLetterValue, type DeliveryValue } from './interface.js';

/** Below so many cycles no call is made: what is left is for shoppers. */
const FLOOR = 100_000_000_000n;
/**
 * Calls under way at once, which all fulfillers share evenly: for each the IC keeps some 40 G cycles in reserve, for the
 * longest reply there may be.
 */
const MOST_UNDER_WAY = 20;
/** Seconds until a lane has another turn that cannot be tried: who makes room calls it before, unless there is an upgrade. */
const NO_ROOM = 600;
/** Characters of a fulfiller's words that are kept. */
const LONGEST_REASON = 200;
/** Dead letters that are listed. */
const MOST_LISTED = 100;

/** What is needed of the rest. */
export interface Rooms {
  system: System;
  counters: Counters;
  outbox: Outbox;
  agenda: Agenda;
  /** Of now: a call is awaited for as long as it takes, and they may change meanwhile. */
  settings: () => Settings;
  /** What a fulfiller is told of a payment, judged by the settings of now. */
  payment: (session: string) => PaymentViewValue | undefined;
}

/** Lives as long as the heap. */
export class Deliveries {
  /** Lanes on which a call is under way. */
  private readonly underWay = new Set<string>();
  /** Lanes that found no room, in the order of their coming. */
  private readonly crowd = new Set<string>();

  constructor(private readonly rooms: Rooms) {}

  /**
   * Something has happened to a payment: whoever fulfils it is to be told.
   * @param now in seconds since 1970
   */
  add(event: Happening, session: string, payment: StoredPayment, now: number): void {
    const told = this.told;
    const link = told.length > 0 ? answerOf(payment).payment?.payment_link : undefined;
    for (const { canister, payment_links } of told) {
      if (!link || !payment_links.includes(link)) continue;
      const id = laneId({ session, canister });
      const known = this.rooms.outbox.lane(id);
      const number = this.rooms.outbox.nextNumber();
      this.begin(id, known, { deliveries: [...(known?.deliveries ?? []), { number, event }], turn: number }, now);
    }
  }

  /** A lane's turn has come. Its calls are not awaited: a fulfiller may take its time. @param now in seconds since 1970 */
  take(item: DueItem, now: number): void {
    const { outbox, agenda } = this.rooms;
    const { id, turn } = readTurn(item.id);
    const lane = outbox.lane(id);
    if (lane?.turn !== turn || lane.deadSince !== undefined) return;
    const isUnderWay = this.underWay.has(id);
    if (isUnderWay || !this.hasRoom(id)) {
      if (!isUnderWay) this.crowd.add(id);
      return agenda.add(item.id, 'delivery', NO_ROOM, now);
    }
    // Before it is tried, so that it has another turn whatever happens.
    if (!agenda.postpone(item, now)) return outbox.bury(id, lane, now);
    void this.run(id);
  }

  /** The deliveries that have been given up, the newest first, 100 at most. Of each payment the first that waits. */
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
    const [id, lane] = dead;
    this.begin(id, lane, { deliveries: lane.deliveries, turn: outbox.nextNumber() }, seconds(system));
    counters.save();
  }

  private get told(): Fulfiller[] {
    return this.rooms.settings().fulfillers.filter(({ method }) => method !== null);
  }

  /** Gives a lane its turn now, and all the time that there is from now on. */
  private begin(id: string, known: Lane | undefined, next: Lane, now: number): void {
    const { outbox, agenda } = this.rooms;
    if (known) outbox.exhume(known);
    outbox.set(id, next);
    agenda.add(writeTurn({ id, turn: next.turn }), 'delivery', 0, now);
  }

  private hasRoom(id: string): boolean {
    const { canister } = laneEnds(id);
    const taken = [...this.underWay].filter((other) => laneEnds(other).canister === canister).length;
    return taken < Math.max(1, Math.floor(MOST_UNDER_WAY / Math.max(1, this.told.length)));
  }

  /** Makes the deliveries on a lane, one after the other, until one fails; then whoever found no room has it. Never rejects. */
  private async run(id: string): Promise<void> {
    this.crowd.delete(id);
    this.underWay.add(id);
    try {
      while (await this.deliverNext(id)) this.rooms.counters.save();
      this.rooms.counters.save();
    } catch {
      // This message has trapped; the lane has another turn.
    } finally {
      this.underWay.delete(id);
    }
    const next = [...this.crowd].find((other) => this.hasRoom(other));
    if (next !== undefined) void this.run(next);
  }

  /** Returns whether one was delivered. */
  private async deliverNext(id: string): Promise<boolean> {
    const { outbox, counters } = this.rooms;
    const before = outbox.lane(id);
    if (before === undefined || before.deadSince !== undefined) return false;
    const [next] = before.deliveries;
    const reason = await this.deliver(id, next);
    countOne(counters.counts.delivered, reason === undefined ? next.event : 'failed');
    // Others may have been added meanwhile, behind it.
    const lane = outbox.lane(id) ?? before;
    if (reason === undefined) outbox.shift(id, lane);
    else outbox.set(id, { ...lane, reason });
    return reason === undefined;
  }

  /** Returns why a delivery could not be made, if it could not. */
  private async deliver(id: string, { number, event }: Lane['deliveries'][0]): Promise<string | undefined> {
    const { system, payment } = this.rooms;
    const { session, canister } = laneEnds(id);
    const method = this.told.find((fulfiller) => fulfiller.canister === canister)?.method;
    if (!method) return 'the canister is no fulfiller with a method any more: see fulfillers in the settings';
    if (system.cycles() < FLOOR) return 'this canister has too few cycles: top it up';
    try {
      const view = payment(session);
      if (!view?.accepted) return 'the payment is not accepted any more: see payment_links and livemode in the settings';
      const delivery: DeliveryValue = { number: BigInt(number), event, payment: view };
      await system.call(canister, method, new Uint8Array(IDL.encode([Delivery], [delivery])));
      return undefined;
    } catch (error) {
      if (isCleanup(error)) throw error;
      return words(error);
    }
  }

  private deadLetter(id: string, { deliveries: [{ number, event }], reason = '', deadSince = 0 }: Lane): DeadLetterValue {
    const { session, canister } = laneEnds(id);
    const method = this.told.find((fulfiller) => fulfiller.canister === canister)?.method ?? '';
    return { number: BigInt(number), canister: Principal.fromText(canister), method, session_id: session, event, since: BigInt(deadSince), reason };
  }
}

/** A lane's turn, as it stands in the queues. */
interface Turn {
  id: string;
  turn: number;
}

function writeTurn({ id, turn }: Turn): string {
  return `${turn}:${id}`;
}

function readTurn(text: string): Turn {
  const at = text.indexOf(':');
  return { id: text.slice(at + 1), turn: Number(text.slice(0, at)) };
}

/** Why a call has failed, in ASCII, as it is stored: what it was rejected with, or what went wrong before it was made. */
function words(error: unknown): string {
  const { type, rejectMessage, message } = (error ?? {}) as { type?: string; rejectMessage?: string; message?: string };
  return (rejectMessage || message || `the call could not be made (${type ?? 'unknown'})`).replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON);
}
