import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendWorld, changesOf, CONTROLLER } from '../testing/backend-world.js';
import type { ModelSession } from '../testing/model-stripe.js';
import { Delivery, type DeliveryValue } from './interface.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const SHOP = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1));
const OTHER = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 1, 1));
const rejected = (rejectMessage: string) => Object.assign(new Error(), { type: 'CallRejected', rejectCode: 4, rejectMessage });
const fulfiller = (canister = SHOP, method: [] | [string] = ['payment_changed'], links = ['plink_1']) => ({ canister, payment_links: links, method });

/** A call as a fulfiller got it, and when, in seconds since the beginning. */
interface Call {
  to: string;
  delivery: DeliveryValue;
  at: number;
}

class Scene {
  readonly world: BackendWorld;
  readonly calls: Call[] = [];
  /** What becomes of a call. */
  answer: (call: Call) => Promise<void> = () => Promise.resolve();
  private readonly start: number;

  constructor(fulfillers = [fulfiller()]) {
    this.world = new BackendWorld({ fulfillers: [fulfillers] });
    this.start = this.world.system.now;
    this.world.system.callee = async (canister, method, args) => {
      const call = { to: `${canister}.${method}`, delivery: IDL.decode([Delivery], args)[0] as unknown as DeliveryValue, at: this.world.system.now - this.start };
      this.calls.push(call);
      await this.answer(call);
      return new Uint8Array();
    };
  }

  /** A shopper pays, and comes back. */
  async pay(details: Parameters<BackendWorld['stripe']['create']>[0] = {}): Promise<ModelSession> {
    const session = this.world.stripe.create({ link: 'plink_1', ...details });
    this.world.stripe.pay(session);
    await this.world.updateNow({ url: `/checkout/${session.id}` });
    await this.world.pass(0);
    return session;
  }

  async refund(session: ModelSession, amount: number): Promise<void> {
    this.world.stripe.refund(session, amount);
    await this.world.deliver(this.world.stripe.events.at(-1)!.body);
    await this.world.pass(0);
  }

  get told(): string[] {
    return this.calls.map(({ delivery: { number, event, payment } }) => `${number} ${event} ${payment.amount_refunded}`);
  }
}

describe('a fulfiller', () => {
  it('is told at once of what is paid through its links, and of refunds, in order', async () => {
    const scene = new Scene();
    const session = await scene.pay({ reference: 'order-1' });
    expect(scene.calls).toMatchObject([{ to: `${SHOP.toText()}.payment_changed`, at: 0, delivery: { number: 1n, event: 'paid', payment: { id: session.id, client_reference_id: ['order-1'], status: 'paid', amount_total: [1_000n] } } }]);
    await scene.refund(session, 300);
    await scene.refund(session, 700);
    expect(scene.told).toEqual(['1 paid 0', '2 refunded 300', '3 refunded 1000']);
    await scene.world.pass(30 * DAY);
    expect([scene.calls.length, scene.world.waiting, scene.world.backend.deliveries.deadLetters()]).toEqual([3, 0, []]);
    expect(scene.world.backend.admin.canisterStats().deliveries).toEqual([['paid', 1n], ['refunded', 2n]]);
  });

  it('is told of nothing that is not its own', async () => {
    const scene = new Scene([fulfiller(SHOP, ['told'], ['plink_1']), fulfiller(OTHER, [], ['plink_1', 'plink_2'])]);
    await scene.pay({ link: 'plink_2' });
    const session = scene.world.stripe.create({ link: 'plink_1' });
    await scene.world.updateNow({ url: `/checkout/${session.id}` });
    await scene.world.pass(DAY);
    expect(scene.calls).toEqual([]);
    const both = new Scene([fulfiller(SHOP), fulfiller(OTHER, ['told'])]);
    await both.pay();
    expect(both.calls.map(({ to }) => to).sort()).toEqual([`${SHOP.toText()}.payment_changed`, `${OTHER.toText()}.told`].sort());
  });

  it('that fails is called again, later each time, in the same order, and what waits behind waits', async () => {
    const scene = new Scene();
    scene.answer = () => Promise.reject(rejected('out of service'));
    const session = await scene.pay();
    await scene.world.pass(2 * HOUR);
    expect(scene.calls.map(({ delivery, at }) => `${delivery.number} ${at}`)).toEqual(['1 0', '1 60', '1 660', '1 4260']);
    await scene.refund(session, 1_000);
    // There is more to tell, so that it is tried at once, and has all its time again.
    await scene.world.pass(2 * HOUR);
    expect(scene.calls.slice(4).map(({ delivery, at }) => `${delivery.number} ${at - 2 * HOUR}`)).toEqual(['1 0', '1 60', '1 660', '1 4260']);
    scene.answer = () => Promise.resolve();
    await scene.world.pass(DAY);
    expect(scene.told.slice(8)).toEqual(['1 paid 1000', '2 refunded 1000']);
    expect(scene.world.waiting).toBe(0);
  });

  it('that fails for a week is given up, visibly, and can be told again by hand', async () => {
    const scene = new Scene();
    scene.answer = () => Promise.reject(rejected('no such method: größer'));
    const session = await scene.pay();
    const { deliveries } = scene.world.backend;
    await scene.world.pass(6 * DAY);
    expect(deliveries.deadLetters()).toEqual([]);
    await scene.world.pass(2 * DAY);
    const [dead] = deliveries.deadLetters();
    expect(dead).toMatchObject({ number: 1n, canister: SHOP, method: 'payment_changed', session_id: session.id, event: 'paid', reason: 'no such method: gr??er' });
    expect(Number(dead.since)).toBeGreaterThan(0);
    expect(scene.world.waiting).toBe(0);
    const before = scene.calls.length;
    await scene.world.pass(30 * DAY);
    expect(scene.calls).toHaveLength(before);
    scene.world.upgrade();
    scene.answer = () => Promise.resolve();
    expect(() => scene.world.backend.deliveries.retry(7n)).toThrow('No delivery of this number has been given up');
    scene.world.backend.deliveries.retry(1n);
    await scene.world.pass(0);
    expect([scene.calls.length, scene.world.backend.deliveries.deadLetters()]).toEqual([before + 1, []]);
    expect(() => scene.world.backend.deliveries.retry(1n)).toThrow('No delivery of this number');
  });

  it('that was given up is told all of it in order when there is more to tell', async () => {
    const scene = new Scene();
    scene.answer = () => Promise.reject(rejected('no'));
    const session = await scene.pay();
    await scene.world.pass(9 * DAY);
    scene.answer = () => Promise.resolve();
    const before = scene.calls.length;
    await scene.refund(session, 1_000);
    expect(scene.told.slice(before)).toEqual(['1 paid 1000', '2 refunded 1000']);
    expect(scene.world.backend.deliveries.deadLetters()).toEqual([]);
  });

  it('that takes its time holds up nobody else, and is not called twice meanwhile', async () => {
    const scene = new Scene([fulfiller(SHOP), fulfiller(OTHER, ['told'])]);
    let reply: () => void = () => undefined;
    scene.answer = ({ to }) => (to.startsWith(SHOP.toText()) ? new Promise((resolve) => (reply = resolve)) : Promise.resolve());
    const session = await scene.pay();
    await scene.refund(session, 400);
    await scene.world.pass(DAY);
    const to = (canister: Principal) => scene.calls.filter((call) => call.to.startsWith(canister.toText())).map(({ delivery }) => delivery.event);
    expect([to(SHOP), to(OTHER)]).toEqual([['paid'], ['paid', 'refunded']]);
    scene.answer = () => Promise.resolve();
    reply();
    await setImmediate();
    expect(to(SHOP)).toEqual(['paid', 'refunded']);
  });

  it('that never answers holds up its own share of calls and nobody else’s, and what found no room is not to blame', async () => {
    const scene = new Scene([fulfiller(SHOP), fulfiller(OTHER, ['told'])]);
    scene.answer = ({ to }) => (to.startsWith(SHOP.toText()) ? new Promise(() => undefined) : Promise.resolve());
    for (let count = 0; count < 15; count += 1) {
      await scene.pay();
      await scene.world.pass(10);
    }
    const to = (canister: Principal) => scene.calls.filter((call) => call.to.startsWith(canister.toText())).length;
    expect([to(SHOP), to(OTHER)]).toEqual([10, 15]);
    await scene.world.pass(9 * DAY);
    // Neither those under way nor those that wait are given up.
    expect([to(SHOP), scene.world.backend.deliveries.deadLetters()]).toEqual([10, []]);
    scene.world.upgrade();
    scene.answer = () => Promise.resolve();
    await scene.world.pass(DAY);
    expect([new Set(scene.calls.map(({ to: at, delivery }) => `${at} ${delivery.payment.id}`)).size, scene.world.waiting]).toEqual([30, 0]);
  });

  it('is told of many at once as fast as it answers', async () => {
    const scene = new Scene();
    const replies: (() => void)[] = [];
    scene.answer = () => new Promise((resolve) => replies.push(resolve));
    for (let count = 0; count < 60; count += 1) {
      const session = scene.world.stripe.create({ link: 'plink_1' });
      scene.world.stripe.pay(session);
      await scene.world.deliver(scene.world.stripe.events.at(-1)!.body);
    }
    await scene.world.pass(5);
    let most = 0;
    while (replies.length > 0) {
      most = Math.max(most, replies.length);
      replies.shift()!();
      await setImmediate();
    }
    await scene.world.pass(1);
    expect([scene.calls.length, most]).toEqual([60, 20]);
  });

  it('whose answer comes after a week is told of what came meanwhile, and nothing is given up', async () => {
    const scene = new Scene();
    let reply: () => void = () => undefined;
    scene.answer = () => new Promise((resolve) => (reply = resolve));
    const session = await scene.pay();
    await scene.world.pass(8 * DAY);
    expect(scene.calls).toHaveLength(1);
    scene.answer = () => Promise.reject(rejected('no'));
    reply();
    await setImmediate();
    await scene.refund(session, 300);
    await scene.world.pass(5_000);
    expect(scene.told.slice(1)).toEqual(Array.from({ length: 4 }, () => '2 refunded 300'));
    scene.answer = () => Promise.resolve();
    await scene.world.pass(DAY);
    expect([scene.world.waiting, scene.world.backend.deliveries.deadLetters()]).toEqual([0, []]);
  });

  it('goes by the settings of now, whatever they were when the call before it began', async () => {
    const scene = new Scene();
    let reply: () => void = () => undefined;
    scene.answer = () => new Promise((resolve) => (reply = resolve));
    const session = await scene.pay();
    await scene.refund(session, 300);
    scene.world.backend.admin.updateSettings(CONTROLLER, changesOf({ fulfillers: [[fulfiller(SHOP, ['another_method'])]] }));
    scene.answer = () => Promise.resolve();
    reply();
    await scene.world.pass(0);
    expect(scene.calls.map(({ to }) => to.split('.')[1])).toEqual(['payment_changed', 'another_method']);
  });

  it('is told of a payment that was not accepted for a while, once it is again', async () => {
    const scene = new Scene();
    const session = scene.world.stripe.create({ link: 'plink_1' });
    scene.world.stripe.pay(session);
    const asked = scene.world.update({ url: `/checkout/${session.id}` });
    await setImmediate();
    scene.world.backend.admin.updateSettings(CONTROLLER, changesOf({ payment_links: [['plink_2']] }));
    await scene.world.arriveAll();
    await asked;
    await scene.world.pass(0);
    expect(scene.calls).toEqual([]);
    scene.world.backend.admin.updateSettings(CONTROLLER, changesOf({ payment_links: [[]] }));
    await scene.world.pass(HOUR);
    expect(scene.told).toEqual(['1 paid 0']);
  });

  it('is told again where the canister traps after its reply', async () => {
    const scene = new Scene();
    scene.answer = () => Promise.reject(Object.assign(new Error(), { type: 'CleanupCallback' }));
    await scene.pay();
    scene.answer = () => Promise.resolve();
    await scene.world.pass(HOUR);
    expect([scene.told, scene.world.waiting]).toEqual([['1 paid 0', '1 paid 0'], 0]);
  });

  it('is told again after an upgrade that came while it was called', async () => {
    const scene = new Scene();
    scene.answer = () => new Promise(() => undefined);
    await scene.pay();
    scene.world.upgrade();
    scene.answer = () => Promise.resolve();
    await scene.world.pass(HOUR);
    expect([scene.told, scene.world.waiting]).toEqual([['1 paid 0', '1 paid 0'], 0]);
  });

  it('that is none any more, or whose payment is not accepted any more, ends as a dead letter that says so', async () => {
    const scene = new Scene();
    scene.answer = () => Promise.reject(rejected('no'));
    await scene.pay();
    scene.world.backend.admin.updateSettings(CONTROLLER, changesOf({ fulfillers: [[]] }));
    await scene.world.pass(9 * DAY);
    expect(scene.world.backend.deliveries.deadLetters()).toMatchObject([{ reason: expect.stringContaining('no fulfiller with a method any more') as string, method: '' }]);
    const other = new Scene();
    other.answer = () => Promise.reject(rejected('no'));
    await other.pay();
    other.world.backend.admin.updateSettings(CONTROLLER, changesOf({ payment_links: [['plink_2']] }));
    await other.world.pass(9 * DAY);
    expect(other.world.backend.deliveries.deadLetters()).toMatchObject([{ reason: expect.stringContaining('not accepted any more') as string }]);
  });

  it('is not called for want of cycles, and is once they are there', async () => {
    const scene = new Scene();
    scene.world.system.balance = 90_000_000_000n;
    const session = scene.world.stripe.create({ link: 'plink_1' });
    scene.world.stripe.pay(session);
    scene.world.system.balance = 10_000_000_000_000n;
    const asked = scene.world.updateNow({ url: `/checkout/${session.id}` });
    await asked;
    scene.world.system.balance = 90_000_000_000n;
    await scene.world.pass(HOUR);
    expect(scene.calls).toEqual([]);
    scene.world.system.balance = 10_000_000_000_000n;
    await scene.world.pass(2 * HOUR);
    expect(scene.told).toEqual(['1 paid 0']);
  });
});

it('whatever happens and in whatever order, each fulfiller is told at least once and in order', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('pay' as const) }),
    fc.record({ do: fc.constant('refund' as const), session: fc.nat(3), amount: fc.constantFrom(100, 300) }),
    fc.record({ do: fc.constant('fail' as const), fails: fc.boolean(), hangs: fc.boolean() }),
    fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(0, 30, 700, 5_000, 3 * DAY) }),
    fc.record({ do: fc.constant('upgrade' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const scene = new Scene();
      const sessions: ModelSession[] = [];
      /** What was replied to, by payment. */
      const received = new Map<string, bigint[]>();
      let fails = false;
      let hangs = false;
      scene.answer = ({ delivery }) => {
        if (hangs) return new Promise(() => undefined); // until the canister is upgraded, at the latest at the end
        if (fails) return Promise.reject(rejected('no'));
        received.set(delivery.payment.id, [...(received.get(delivery.payment.id) ?? []), delivery.number]);
        return Promise.resolve();
      };
      const due = new Map<string, number>();
      for (const step of steps) {
        if (step.do === 'pay') {
          const session = await scene.pay();
          sessions.push(session);
          // The lookups are rationed, and this one may have come to nothing.
          if (scene.world.known.get(session.id)?.status === 'paid') due.set(session.id, 1);
        } else if (step.do === 'refund') {
          const session = sessions[step.session];
          if (session === undefined || !due.has(session.id)) continue;
          const before = scene.world.known.get(session.id)!.amount_refunded;
          await scene.refund(session, step.amount);
          if (scene.world.known.get(session.id)!.amount_refunded > before) due.set(session.id, due.get(session.id)! + 1);
        } else if (step.do === 'fail') [fails, hangs] = [step.fails, step.hangs];
        else if (step.do === 'upgrade') scene.world.upgrade();
        else await scene.world.pass(step.seconds);
      }
      [fails, hangs] = [false, false];
      scene.world.upgrade();
      await scene.world.pass(DAY);
      for (const dead of scene.world.backend.deliveries.deadLetters()) scene.world.backend.deliveries.retry(dead.number);
      await scene.world.pass(DAY);
      for (const [id, count] of due) {
        const numbers = received.get(id) ?? [];
        expect([...new Set(numbers)]).toEqual([...new Set(numbers)].sort((one, other) => (one < other ? -1 : 1)));
        expect(new Set(numbers).size).toBe(count);
      }
      expect(scene.world.backend.deliveries.deadLetters()).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
