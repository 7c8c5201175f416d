/**
 * The canister under attack, in the local world. How long an attack lasts, how often Stripe is asked and how long shoppers
 * wait goes by the IC's clock, which each request of a flood moves ahead, so that an hour takes about a minute.
 *
 * With MEASURE=1 in the environment the floods of invented ids last an hour, the Wasm counts its instructions, which takes
 * three times as long, and it is printed what each flood has cost.
 */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../canister/contract.js';
import { instrument } from '../bench/instrument.js';
import { decodeResponse } from '../local/ic/gateway/candid.js';
import type { LocalIcOptions } from '../local/ic/index.js';
import { CanisterStatusResult } from '../local/ic/management/candid.js';
import { Attacker, fateOf, inventedId, inventedReference, RICH, type Fate } from './attacker.js';
import { CanisterWorld, CONTROLLER, initArgument, type Settings } from './canister-world.js';
import { flood, type Aftermath, type Flood } from './flood.js';

/** In milliseconds. */
const MINUTES = 60_000;
const DAY = 1440 * MINUTES;
/** Rations of canister/payments/gate.ts. */
const [BURST, PER_SECOND, PER_DAY, LIST_EVERY] = [5, 1, 200, 4];
/** What an outcall may cost, in cycles: for a session, and for a list of ten. */
const [SESSION_CYCLES, LIST_CYCLES] = [70_000_000, 180_000_000];
/** Of events, in bytes. One of which more is to be hashed is let in unchecked, and rationed. */
const [SMALL, LARGE] = [1_000, 30_000];
/** How long ids are invented, in seconds; through the gateway each request takes more of real time. */
const [STRAIGHT, THROUGH_GATEWAY] = process.env.MEASURE ? [3600, 3600] : [300, 30];
/** How long the other floods last, in seconds. */
const FLOOD = 20;
const SECRET: Settings = { webhook_secrets: [['whsec_of_the_canister_under_attack']] };

let world: CanisterWorld;
let attacker: Attacker;
async function start(settings: Settings = {}, options?: LocalIcOptions): Promise<void> {
  world = await CanisterWorld.start(settings, options);
  attacker = new Attacker(world);
  if (process.env.MEASURE) await world.ic.install(world.canister, instrument(world.wasm), initArgument({ api_key: world.stripe.keys.good, ...settings }), 'reinstall');
  world.ic.setCycleBalance(world.canister, RICH);
  // Lookups are rationed by the day, so none of it shall end meanwhile.
  const left = DAY - (Number(world.ic.now() / 1_000_000n) % DAY);
  if (left < 120 * MINUTES) await world.ic.advanceTime(left);
}
afterEach(() => world.close());

function paidSession(): string {
  const { id } = world.stripe.createSession();
  world.stripe.pay(id);
  return id;
}

const checkout = (id: string) => attacker.request('GET', `/checkout/${id}`);
const reference = (name: string) => attacker.request('GET', `/reference/${name}`);

/** As an ingress message. */
async function answerTo(argument: Uint8Array): Promise<Answer> {
  const { body } = decodeResponse(await world.ic.update(world.canister, 'http_request_update', argument));
  return JSON.parse(Buffer.from(body).toString()) as Answer;
}

/** Leaves no single lookup for today. */
async function useUpLookups(): Promise<void> {
  do await world.ic.advanceTime(1000);
  while ((await attacker.straight(checkout(inventedId()))) === 200);
}

/** Runs a flood, and holds what has become of it against what is promised whatever the load. */
async function survive(name: string, attack: Flood): Promise<Aftermath> {
  const after = await flood(world, attack);
  const { seconds, requests, waits, expenses } = after;
  const lists = requests.filter(({ kind }) => kind === 'list');
  const lookups = requests.filter(({ kind }) => kind === 'session').map(({ time }) => time / 1000);
  if (process.env.MEASURE) console.log(name, { ...after, requests: `${lookups.length} lookups, ${lists.length} lists`, cyclesPerHour: (after.cycles / seconds) * 3600 });

  expect(requests).toHaveLength(lookups.length + lists.length);
  expect(lists.length).toBeLessThanOrEqual(seconds / LIST_EVERY + 1);
  expect(lookups.length).toBeLessThanOrEqual(PER_DAY + waits.length + 1);
  // Between any two lookups there are no more than the ration of that time; or one more, that took longer on its way.
  const lead = lookups.map((time, index) => index - PER_SECOND * time);
  for (const [index, mine] of lead.entries()) expect(mine - Math.min(...lead.slice(0, index + 1)) + 1).toBeLessThanOrEqual(BURST + 1);
  expect(Number(expenses.outcalls)).toBeLessThanOrEqual(lookups.length * SESSION_CYCLES + lists.length * LIST_CYCLES);

  expect(waits.length).toBeGreaterThanOrEqual(Math.floor(attack.seconds / (attack.shopperEvery ?? Infinity)));
  expect(Math.max(0, ...waits)).toBeLessThanOrEqual(10_000);
  return after;
}

describe('invented ids, ten a second', () => {
  it(`straight to the update, for ${STRAIGHT} seconds`, { timeout: 30 * MINUTES }, async () => {
    await start();
    const { outcomes, requests } = await survive('invented ids', { seconds: STRAIGHT, send: () => attacker.straight(checkout(inventedId())), shopperEvery: 61.3 });
    // What does not lead to Stripe is turned away before it costs anything.
    expect((outcomes[200] ?? 0) + (outcomes[429] ?? 0)).toBeLessThanOrEqual(requests.length);
    expect(outcomes['turned away']).toBeGreaterThan(0.88 * 10 * STRAIGHT);
  });

  it(`through the gateway, for ${THROUGH_GATEWAY} seconds`, { timeout: 30 * MINUTES }, async () => {
    await start();
    await survive('invented ids, through the gateway', { seconds: THROUGH_GATEWAY, send: () => attacker.throughGateway(`/checkout/${inventedId()}`), shopperEvery: 31.3 });
  });

  it('from a canister', { timeout: 5 * MINUTES }, async () => {
    await start();
    const call = await attacker.canister();
    await survive('invented ids, from a canister', { seconds: 40, send: async () => fateOf(await call(checkout(inventedId()))), shopperEvery: 23.3 });
  });

  it('with webhooks, even a shopper for whom no list is long enough need not wait', async () => {
    await start();
    await world.addWebhook();
    await useUpLookups();
    const slow = world.stripe.createSession().id;
    await world.ic.advanceTime(MINUTES);
    for (let others = 0; others < 11; others += 1) paidSession();
    world.stripe.pay(slow);
    await world.stripe.deliveriesSettled();
    await world.ic.settled();
    expect(await world.checkout(slow, { raw: true })).toMatchObject({ status: 'paid' }); // by a query: it is known already
  });
});

describe('other floods, ten requests a second for twenty seconds', () => {
  let known: string;
  const FLOODS: Record<string, { send: (index: number) => Promise<Fate>; settings?: Settings }> = {
    'of one paid id': { send: () => attacker.straight(checkout(known)) },
    'of one paid id, through the gateway': { send: () => attacker.throughGateway(`/checkout/${known}`) },
    'of what is no id': { send: (index) => attacker.straight(checkout(`${inventedId()}${['%00', '/..', '{', '-'][index % 4]}`)) },
    'of other methods and paths': { send: (index) => attacker.straight(attacker.request(['OPTIONS', 'POST', 'GET'][index % 3], ['/checkout/x', '/'][index % 2])) },
    'of forged events': { send: () => attacker.straight(attacker.forgedEvent(SMALL)), settings: SECRET },
    'of forged events that are too long to be checked outside': { send: () => attacker.straight(attacker.forgedEvent(LARGE)), settings: SECRET },
    'of long events without a signature': { send: () => attacker.straight(attacker.request('POST', '/webhook', [], new Uint8Array(LARGE))), settings: SECRET },
  };

  it.each(Object.entries(FLOODS))('%s', { timeout: 5 * MINUTES }, async (name, { send, settings }) => {
    await start(settings);
    known = paidSession();
    await world.checkout(known);
    const { outcomes, requests, waits, seconds } = await survive(name, { seconds: FLOOD, send, shopperEvery: 13.3 });
    expect(requests).toHaveLength(waits.length); // nobody but the shoppers makes the canister ask
    if (name.includes('gateway')) expect(outcomes).toEqual({ 200: 10 * FLOOD }); // by queries, which cost nothing
    else expect(10 * FLOOD - (outcomes['turned away'] ?? 0)).toBeLessThanOrEqual(50 + 2 * seconds);
  });

  it('of invented references', { timeout: 5 * MINUTES }, async () => {
    await start();
    const { outcomes, requests, waits } = await survive('invented references', { seconds: FLOOD, send: () => attacker.straight(reference(inventedReference())), shopperEvery: 13.3 });
    expect(requests.filter(({ kind }) => kind === 'session')).toHaveLength(waits.length); // they cost lists only
    expect(10 * FLOOD - (outcomes['turned away'] ?? 0)).toBeLessThanOrEqual(requests.length);
  });

  it('of forged events from a canister, which are not looked at', { timeout: 5 * MINUTES }, async () => {
    await start();
    await world.addWebhook();
    const call = await attacker.canister();
    let id = '';
    const send = async (index: number) => {
      if (index === 5 * FLOOD) id = paidSession();
      return fateOf(await call(attacker.forgedEvent(index % 2 === 0 ? LARGE : SMALL)));
    };
    const { outcomes } = await flood(world, { seconds: FLOOD, send });
    expect(outcomes).toEqual({ 403: 10 * FLOOD });
    await world.stripe.deliveriesSettled();
    expect(new Set(world.stripe.deliveries.flatMap(({ attempts }) => attempts.map(({ status }) => status)))).toEqual(new Set([200]));
    await world.ic.settled();
    expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'paid' });
  });
});

describe('many at once', () => {
  it('about one session cost one lookup, and everybody gets an answer', async () => {
    await start();
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'slow', ms: 300 }]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => answerTo(checkout(id))));
    expect(world.lookups).toBe(1);
    expect(answers.filter(({ status }) => status === 'paid')).toHaveLength(1);
    expect(answers.filter(({ status, retry_after_ms }) => status === 'checking' && retry_after_ms === 1000)).toHaveLength(49);
  });

  it('about one session cost one list, where there is no lookup left, and the others are told when to come back', async () => {
    await start();
    await useUpLookups();
    const id = paidSession();
    world.stripe.script('list', [{ kind: 'slow', ms: 300 }]);
    const call = await attacker.canister(); // or most would be turned away outside
    const asked = world.lookups;
    await world.ic.advanceTime(LIST_EVERY * 1000);
    const answers = (await Promise.all(Array.from({ length: 50 }, () => call(checkout(id))))).map(({ data }) => decodeResponse(data));
    expect(world.stripe.requests.slice(asked).map(({ kind }) => kind)).toEqual(['list']);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status === 429).map(({ body }) => JSON.parse(Buffer.from(body).toString()) as unknown);
    expect(others).toEqual(Array.from({ length: 49 }, () => ({ status: 'unavailable', reason: 'busy', retry_after_ms: LIST_EVERY * 1000 })));
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('about many sessions, all let in before the first is executed, get no more than the ration', async () => {
    await start();
    const fates = await Promise.all(Array.from({ length: 200 }, () => attacker.straight(checkout(inventedId()))));
    expect(fates).toContain(429); // refused by the update itself
    expect(world.stripe.requests.filter(({ kind }) => kind === 'session').length).toBeLessThanOrEqual(BURST + 5); // it takes some seconds
    expect(world.stripe.requests.filter(({ kind }) => kind === 'list').length).toBeLessThanOrEqual(2);
  });
});

describe('below the floor of cycles', () => {
  it('Stripe is asked for nothing: not for events, nor for lists, nor once a day', async () => {
    await start();
    await world.addWebhook();
    await world.ic.settled(); // or what a message gets back would lift the balance again
    world.ic.setCycleBalance(world.canister, 99_000_000_000n);
    const id = paidSession();
    await world.stripe.deliveriesSettled();
    expect(new Set(world.stripe.deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']));
    expect(await answerTo(checkout(paidSession()))).toMatchObject({ status: 'unavailable', reason: 'low_cycles' });
    expect(await attacker.straight(reference(inventedReference()))).toBe(429);
    await world.ic.advanceTime(DAY);
    await world.ic.settled();
    expect(world.lookups).toBe(0);

    world.ic.setCycleBalance(world.canister, RICH); // nothing is lost by then
    await world.ic.advanceTime(DAY);
    await world.ic.settled();
    expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'paid' });
  });
});

describe('lists about which the nodes disagree', () => {
  it('only delay', { timeout: 5 * MINUTES }, async () => {
    await start({}, { nodes: 4 });
    const delayed = world.stripe.createSession().id;
    world.stripe.pay(delayed, 'sepa_debit');
    const known = await world.checkout(delayed);
    await useUpLookups();
    const id = paidSession();
    world.stripe.settle(delayed);
    const ask = async (session: string) => {
      await world.ic.advanceTime(LIST_EVERY * 1000);
      return (JSON.parse((await world.http(`/checkout/${session}`)).text) as Answer).status;
    };

    world.ic.faults.disagreeingNodes = 2;
    expect(await ask(id)).toBe('unavailable');
    world.ic.faults.disagreeingNodes = 0;
    world.stripe.script('list', [{ kind: 'vary', times: 4 }]);
    expect(await ask(id)).toBe('unavailable');
    expect(await world.checkout(delayed, { raw: true })).toMatchObject({ status: 'processing', payment: known.payment });
    expect(await ask(id)).toBe('paid');
    expect(await ask(delayed)).toBe('paid');
  });
});

describe('memory', () => {
  it('is the same after four thousand updates as after the first five hundred', { timeout: 10 * MINUTES }, async () => {
    await start(SECRET);
    const call = await attacker.canister();
    const known = Array.from({ length: 5 }, paidSession);
    const kinds = [
      () => checkout(inventedId()),
      () => reference(inventedReference()),
      (index: number) => checkout(known[index % known.length]),
      () => attacker.forgedEvent(SMALL),
    ];
    const send = async (updates: number) => {
      for (let from = 0; from < updates; from += 20) {
        await world.ic.advanceTime(LIST_EVERY * 1000);
        await Promise.all(Array.from({ length: 20 }, (_, index) => call(kinds[index % kinds.length](from + index))));
      }
      return memory();
    };
    const before = await send(500);
    // There are about 4 MB of free room within the heap, so this finds what keeps a kilobyte of each update.
    expect(await send(3_500)).toEqual(before);
  });
});

/** Of the canister under attack, in bytes. */
async function memory(): Promise<{ heap: bigint; stable: bigint }> {
  const argument = new Uint8Array(IDL.encode([IDL.Record({ canister_id: IDL.Principal })], [{ canister_id: world.canister }]));
  const reply = await world.ic.update(Principal.managementCanister(), 'canister_status', argument, CONTROLLER);
  const [{ memory_metrics }] = IDL.decode([CanisterStatusResult], reply) as unknown as [{ memory_metrics: Record<'wasm_memory_size' | 'stable_memory_size', bigint> }];
  return { heap: memory_metrics.wasm_memory_size, stable: memory_metrics.stable_memory_size };
}
