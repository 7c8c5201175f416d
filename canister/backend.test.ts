/** The whole canister but its entry points, against a model of Stripe. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallerError } from './caller-error.js';
import { readAnswer, type Answer, type Status } from './contract.js';
import { API_KEY, BackendWorld, CONTROLLER, SECRET, changesOf } from './testing/backend-world.js';
import { decodeAnswer, encodeRequest, type TestAnswer } from './testing/http-client.js';
import { PERSONAL, type ModelEvent, type ModelSession } from './testing/model-stripe.js';
import { FAULTS, type Fault } from './testing/outcalls.js';

const DAY = 86_400;
const HOUR = 3_600;

/** Milliseconds that a busy machine may take for many long stories. */
const PATIENCE = 240_000;

/** No payment may be shown at a lower rank than it was before. */
const RANK: Partial<Record<Status, number>> = { open: 0, processing: 1, expired: 2, failed: 2, paid: 3, refunded: 4 };
const REFERENCES = ['order-1', 'order-2'].map((order, i) => `${order}-isp1${String.fromCharCode(97 + i).repeat(26)}`);
const LINKS = ['plink_1', 'plink_2', 'plink_cheap'];

/** How a merchant has set the canister up. */
interface Setup {
  hasKey: boolean;
  /** Whether lookups go through an idempotent proxy. */
  hasProxy: boolean;
  /** How many of the links are accepted; 0 for any. */
  accepted: number;
}

/** What may happen; numbers choose among what there is. */
type Step =
  | { do: 'begin'; link: number; reference: number; mode: string }
  | { do: 'pay' | 'payLater' | 'succeed' | 'fail' | 'expire' | 'dispute' | 'forge' | 'tellNothing' | 'check'; session: number }
  | { do: 'refund'; session: number; amount: number }
  | { do: 'deliver'; event: number; times: number }
  | { do: 'query'; session: number; raw: boolean }
  | { do: 'update'; session: number }
  | { do: 'askReference'; reference: number }
  | { do: 'arrive'; which: number }
  | { do: 'pass' | 'leap'; seconds: number }
  | { do: 'fault'; fault: Fault | undefined }
  | { do: 'cycles'; low: boolean }
  | { do: 'upgrade' | 'configure' };

const place = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const), link: fc.nat(2), reference: fc.nat(2), mode: fc.constantFrom('payment', 'payment', 'payment', 'subscription') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('pay' as const, 'payLater' as const), session: place }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('succeed' as const, 'fail' as const), session: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('expire' as const, 'dispute' as const, 'forge' as const, 'tellNothing' as const, 'check' as const), session: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), session: place, amount: fc.constantFrom(300, 700, 1_000) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), event: fc.nat(11), times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('query' as const), session: place, raw: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('update' as const), session: place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('askReference' as const), reference: fc.nat(1) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('arrive' as const), which: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(0, 1, 10, 70, 700, 4_000, DAY) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leap' as const), seconds: fc.constantFrom(0, 1, 5, 70, 400, 4_000, 1.5 * DAY) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.option(fc.constantFrom(...FAULTS), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cycles' as const), low: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('upgrade' as const, 'configure' as const) }) },
);
/** As many as are asked for: unless told so, fast-check makes ten at most. */
const steps = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' });
const setup: fc.Arbitrary<Setup> = fc.record({ hasKey: fc.constant(true), hasProxy: fc.boolean(), accepted: fc.nat(2) });

/** A canister, what has been heard from it, and what it has been told. */
class Story {
  readonly world: BackendWorld;
  /** Events that were delivered and taken. */
  readonly told = new Set<ModelEvent>();
  private readonly ranks = new Map<string, number>();
  /** What was wrong with an answer that came while something else was done. */
  private readonly errors: unknown[] = [];

  constructor(private readonly setup: Setup) {
    this.world = new BackendWorld({
      api_key: setup.hasKey ? API_KEY : '',
      livemode: [false],
      idempotent_proxy: setup.hasProxy ? ['proxy.example'] : [],
      payment_links: setup.accepted === 0 ? [] : [LINKS.slice(0, setup.accepted)],
    });
  }

  async take(step: Step): Promise<void> {
    const { world } = this;
    const { stripe } = world;
    const session = 'session' in step ? at(stripe.sessions, step.session) : undefined;
    switch (step.do) {
      case 'begin':
        if (stripe.sessions.length < 6) stripe.create({ link: LINKS[step.link], reference: REFERENCES[step.reference] ?? null, mode: step.mode });
        break;
      case 'pay':
      case 'payLater':
      case 'expire':
      case 'dispute':
      case 'tellNothing':
        if (session) stripe[step.do](session);
        break;
      case 'succeed':
      case 'fail':
        if (session) stripe.settle(session, step.do === 'succeed');
        break;
      case 'refund':
        if (session) stripe.refund(session, step.amount);
        break;
      case 'forge':
        // Without a key the signature is all there is.
        if (session && this.setup.hasKey) expect(await world.deliver(stripe.forge(session).body)).toBe(200);
        break;
      case 'check':
        if (session && this.setup.hasKey) this.background(world.backend.admin.checkPayment(session.id));
        break;
      case 'deliver':
        for (let time = 0; time < step.times; time += 1) await this.deliver(at(stripe.events, step.event));
        break;
      case 'query':
        if (session) this.hear(world.query({ url: `/checkout/${session.id}` }, { raw: step.raw }), session);
        break;
      case 'update':
        if (session) this.background(world.update({ url: `/checkout/${session.id}` }).then((answer) => this.hear(answer, session)));
        break;
      case 'askReference':
        this.background(world.update({ url: `/reference/${REFERENCES[step.reference]}` }).then((answer) => this.hear(answer)));
        break;
      case 'arrive':
        await world.arrive(step.which);
        break;
      case 'pass':
      case 'leap':
        await world[step.do](step.seconds);
        break;
      case 'fault':
        world.outcalls.fault = () => step.fault;
        break;
      case 'cycles':
        world.system.balance = step.low ? 50_000_000_000n : 10_000_000_000_000n;
        break;
      case 'upgrade':
        world.upgrade();
        break;
      case 'configure':
        world.backend.admin.updateSettings(CONTROLLER, changesOf({ webhook_secrets: [[SECRET, 'whsec_another_one_12345']] }));
    }
    this.check();
  }

  /** Ends all troubles, and lets so much time pass that nothing is under way any more. */
  async calm(seconds: number): Promise<void> {
    this.world.outcalls.fault = () => undefined;
    this.world.system.balance = 10_000_000_000_000n;
    await this.world.arriveAll();
    await this.world.pass(seconds);
    this.check();
  }

  /** Has Stripe send again what did not come through; the latest first, where it is told to. */
  async tellAll({ backwards = false } = {}): Promise<void> {
    const { events } = this.world.stripe;
    for (const event of backwards ? events.toReversed() : events) await this.deliver(event);
    await this.world.pass(0);
    this.check();
  }

  /** Asks about a session until there is an answer. */
  async answerAbout({ id }: ModelSession): Promise<Answer> {
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = await this.world.ask(`/checkout/${id}`);
      if (answer.status !== 'unavailable' && !(answer.status === 'checking' && this.setup.hasKey)) return answer;
      await this.world.pass(Math.ceil((answer.retry_after_ms ?? 0) / 1_000));
    }
    throw new Error('no answer, however often asked');
  }

  /** What is to be answered about a session in the end, after it was asked about. */
  truthAbout(session: ModelSession): Partial<Answer> {
    if (!this.isAccepted(session)) return { status: this.setup.hasKey ? 'not_found' : 'checking' };
    const status = this.stateOf(session);
    const refunded = Math.max(0, ...[...this.told].filter((event) => event.session === session).map(({ type, refunded = 0 }) => (type === 'charge.refunded' ? refunded : 0)));
    if (status !== 'paid') return status === 'checking' ? { status } : { status, payment: expect.objectContaining({ id: session.id, amount_refunded: 0 }) as never };
    return { status: refunded === session.amount ? 'refunded' : 'paid', payment: expect.objectContaining({ id: session.id, amount_refunded: refunded }) as never };
  }

  isAccepted({ link, mode }: ModelSession): boolean {
    return mode === 'payment' && (this.setup.accepted === 0 || LINKS.indexOf(link) < this.setup.accepted);
  }

  /** What must hold whenever nothing is being done. */
  check(): void {
    if (this.errors.length > 0) throw this.errors[0];
    const { system, known, counted, store, outcalls } = this.world;
    expect(system.timerErrors).toEqual([]);
    const counts: Record<string, number> = {};
    for (const { status } of known.values()) counts[status] = (counts[status] ?? 0) + 1;
    expect(counted).toEqual(counts);
    expect(store.keysOf('p')).toHaveLength(known.size);
    for (const [id, { status }] of known) if (status === 'paid' || status === 'refunded') expect(this.isPaid(id)).toBe(true);
    if (!this.setup.hasKey) expect(outcalls.made).toEqual([]);
    const keys = outcalls.made.flatMap(({ headers }) => headers['idempotency-key'] ?? []);
    expect(new Set(keys).size).toBe(this.setup.hasProxy ? outcalls.made.length : 0);
  }

  private async deliver(event: ModelEvent | undefined): Promise<void> {
    if (!event) return;
    expect(await this.world.deliver(event.body)).toBe(200);
    this.told.add(event);
  }

  /** Where a session stands: at Stripe; or without a key, by what has been told. */
  private stateOf(session: ModelSession): Status {
    const isTold = (type: string) => [...this.told].some((event) => event.session === session && event.type === `checkout.session.${type}`);
    if (this.setup.hasKey) {
      if (session.status !== 'complete') return session.status;
      if (session.payment_status === 'paid') return 'paid';
      return isTold('async_payment_failed') ? 'failed' : 'processing';
    }
    if (isTold('async_payment_succeeded') || [...this.told].some((event) => event.session === session && event.type === 'checkout.session.completed' && event.body.includes('"payment_status": "paid"'))) return 'paid';
    if (isTold('async_payment_failed')) return 'failed';
    if (isTold('expired')) return 'expired';
    return isTold('completed') ? 'processing' : 'checking';
  }

  private isPaid(id: string): boolean {
    return this.world.stripe.sessions.find((session) => session.id === id)?.payment_status === 'paid';
  }

  /** Looks at an answer. @param asked the session that was asked about; undefined where it was a reference */
  private hear(answer: TestAnswer, asked?: ModelSession): void {
    const { status, text, upgrade, headers } = answer;
    if (upgrade) return;
    for (const secret of [API_KEY, SECRET, PERSONAL, 'Zo']) expect(text).not.toContain(secret);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect([200, 429]).toContain(status);
    const read = readAnswer(JSON.parse(text))!;
    const rank = RANK[read.status];
    if (status === 429) expect(read).toMatchObject({ status: 'unavailable', reason: 'busy' });
    else if (asked && this.ranks.has(asked.id)) expect(rank).toBeDefined(); // what is known is never unknown again
    if (rank === undefined) return;
    const { id } = read.payment!;
    if (asked) expect(id).toBe(asked.id);
    if (rank >= 3) expect(this.isPaid(id)).toBe(true);
    expect(rank).toBeGreaterThanOrEqual(this.ranks.get(id) ?? 0);
    this.ranks.set(id, rank);
  }

  /** Waits for nothing: some answers never come, as after an upgrade. */
  private background(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if ((error as { type?: unknown }).type !== 'CleanupCallback') this.errors.push(error);
    });
  }
}

function at<T>(items: readonly T[], place: number): T | undefined {
  return items.length === 0 ? undefined : items[place % items.length];
}

/** Holds that everybody who asks is told the truth. */
async function expectTruth(story: Story): Promise<void> {
  for (const session of story.world.stripe.sessions) {
    const answer = await story.answerAbout(session);
    expect(answer).toMatchObject(story.truthAbout(session));
    story.check();
  }
}

/** Holds that nothing is left to do six days after all has been settled, and that no more is kept than there is to know. */
async function expectRest(story: Story): Promise<void> {
  const { world } = story;
  const { stripe, store } = world;
  for (const session of stripe.sessions) stripe.settle(session, session.id.endsWith('0'));
  await world.pass(DAY);
  await story.tellAll();
  await world.pass(6 * DAY);
  await expectTruth(story);
  expect([store.keysOf('u'), store.keysOf('h'), world.waiting]).toEqual([[], [], 0]);
  expect(world.system.timerCount).toBeLessThanOrEqual(2);
  const events = Math.ceil(store.keysOf('f').length / 2);
  if (stripe.sessions.length > 0) for (let turn = 0; turn < events; turn += 1) await world.deliver(stripe.tellNothing(stripe.sessions[0]).body);
  expect(store.keysOf('e')).toHaveLength(store.keysOf('f').length);
  expect(store.keysOf('f').length).toBeLessThanOrEqual(events);
  const kept = { q: world.known.size, i: stripe.sessions.length, r: REFERENCES.length, s: 1, c: 1, n: 1 };
  for (const [kind, most] of Object.entries(kept)) expect(store.keysOf(kind).length).toBeLessThanOrEqual(most);
}

/** Whether Stripe sends again what has not come through, and in what order. */
const retries = fc.constantFrom('never', 'in order', 'backwards');

describe('any order, repetition and interleaving of all that may happen', () => {
  it('ends where Stripe is, never shows paid before Stripe does, never goes backwards, and comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(setup, steps, retries, async (setup, steps, retry) => {
        const story = new Story(setup);
        for (const one of steps) await story.take(one);
        if (retry !== 'never') await story.tellAll({ backwards: retry === 'backwards' });
        // Long enough for the newest payments to be gone through, and for the slowest queue.
        await story.calm(2 * DAY);
        for (const session of story.world.stripe.sessions) {
          const isOld = session.endedAt !== undefined && session.endedAt - session.created > 20 * DAY;
          if (session.payment_status !== 'paid' || isOld || !story.isAccepted(session)) continue;
          expect(['paid', 'refunded']).toContain(story.world.known.get(session.id)?.status); // with nobody asking
        }
        await expectTruth(story);
        await expectRest(story);
      }),
      { numRuns: 60 },
    );
  }, PATIENCE);

  it('does so without a key, by what webhooks tell, and asks nobody', async () => {
    await fc.assert(
      fc.asyncProperty(setup, steps, retries, async (setup, steps, retry) => {
        const story = new Story({ ...setup, hasKey: false, hasProxy: false });
        for (const one of steps) await story.take(one);
        if (retry !== 'never') await story.tellAll({ backwards: retry === 'backwards' });
        await story.calm(DAY);
        await expectTruth(story);
        await expectRest(story);
      }),
      { numRuns: 60 },
    );
  }, PATIENCE);
});

describe('what is known of a payment', () => {
  it.each(FAULTS.filter((fault) => fault !== 'large' && fault !== 'trap'))('stays known when a lookup ends in %s', async (fault) => {
    const world = new BackendWorld();
    const [session, other] = [world.stripe.create(), world.stripe.create()];
    world.stripe.pay(other);
    expect(await world.ask(`/checkout/${session.id}`)).toMatchObject({ status: 'open' });
    world.outcalls.fault = () => fault;
    world.system.now += 10;
    expect(await world.ask(`/checkout/${session.id}`)).toMatchObject({ status: 'open', payment: { id: session.id } });
    expect(world.lookupsOf(session.id)).toHaveLength(2);
    expect(world.counted).toEqual({ open: 1 });
  });

  it('is not answered to whoever asked when the canister trapped, and is looked up again for the next', async () => {
    const world = new BackendWorld();
    const session = world.stripe.create();
    world.stripe.pay(session);
    world.outcalls.fault = () => 'trap';
    const ends = expect(world.update({ url: `/checkout/${session.id}` })).rejects.toMatchObject({ type: 'CleanupCallback' });
    await world.arriveAll();
    await ends;
    world.outcalls.fault = () => undefined;
    expect(await world.ask(`/checkout/${session.id}`)).toMatchObject({ status: 'paid' });
  });

  it('counts what was refunded in all, in whatever order that is told', async () => {
    const world = new BackendWorld();
    const session = world.stripe.create();
    world.stripe.pay(session);
    for (const amount of [300, 200]) world.stripe.refund(session, amount);
    for (const { body } of world.stripe.events.toReversed()) await world.deliver(body);
    await world.pass(0);
    expect(await world.ask(`/checkout/${session.id}`)).toMatchObject({ status: 'paid', payment: { amount_refunded: 500 } });
  });
});

describe('a payment that other terms do not accept', () => {
  const hosts = [false, true];
  let world: BackendWorld;
  let url: string;
  beforeEach(() => {
    world = new BackendWorld();
    const session = world.stripe.create({ link: 'plink_cheap' });
    world.stripe.pay(session);
    url = `/checkout/${session.id}`;
  });
  const accept = (links: string[]) => world.backend.admin.updateSettings(CONTROLLER, changesOf({ payment_links: [links] }));
  /** What a query may be answered with, on both hosts; `upgrade` where it is none. */
  const shown = () => hosts.map((raw) => world.query({ url }, { raw })).map(({ upgrade, text }) => (upgrade ? 'upgrade' : readAnswer(JSON.parse(text))?.status));

  it('is not shown as paid once they have changed, however often it is asked about', async () => {
    expect(await world.ask(url)).toMatchObject({ status: 'paid' });
    expect(shown()).toEqual(['paid', 'paid']);
    accept(['plink_1']);
    expect(shown()).toEqual(['upgrade', 'not_found']);
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await world.updateNow({ url })).toMatchObject({ text: '{"status":"not_found"}' });
      expect(shown()).toEqual(['upgrade', 'not_found']);
    }
    accept([]);
    expect(await world.ask(url)).toMatchObject({ status: 'paid' });
  });

  it('is not shown as paid where they changed while it was looked up', async () => {
    const answer = world.update({ url });
    accept(['plink_1']);
    await world.arriveAll();
    await answer;
    expect(shown()).toEqual(['upgrade', 'not_found']);
    expect(world.backend.admin.canisterStats().certified).toBe(0n);
  });

  it('is not shown as paid by the other mode', async () => {
    expect(await world.ask(url)).toMatchObject({ status: 'paid' });
    world.backend.admin.updateSettings(CONTROLLER, changesOf({ livemode: [true], api_key: ['rk_live_x'] }));
    await world.updateNow({ url });
    expect(shown()).toEqual(['upgrade', 'not_found']);
  });
});

describe('any bytes', () => {
  const world = new BackendWorld();
  const known = world.stripe.create({ reference: REFERENCES[0] });
  world.stripe.pay(known);

  /** Holds that a method replies, or says what the caller did wrong, and does nothing else. */
  async function expectManners(argument: Uint8Array): Promise<void> {
    const { pages } = world.backend;
    const answers: (() => unknown)[] = [() => pages.query(argument), () => pages.update(argument), () => pages.mayUpdate(argument)];
    for (const [i, act] of answers.entries()) {
      try {
        world.system.message = i === 1 ? 'update' : 'query';
        const reply = act();
        world.system.message = 'update';
        if (reply instanceof Promise) await world.arriveAll();
        if (i === 2) expect(typeof reply).toBe('boolean');
        else expectAnswer(decodeAnswer((await reply) as Uint8Array));
      } catch (error) {
        expect(error).toBeInstanceOf(CallerError);
      } finally {
        world.system.message = 'update';
      }
    }
  }

  function expectAnswer({ status, text, upgrade, headers }: TestAnswer): void {
    expect([200, 204, 400, 404, 405, 429]).toContain(status);
    if (upgrade || status === 204) return expect(text).toBe('');
    expect(headers['access-control-allow-origin']).toBe('*');
    // A file, which is the same for all.
    if (headers['content-encoding'] !== undefined) return expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    const body = JSON.parse(text) as Record<string, unknown>;
    expect(readAnswer(body) !== undefined || 'error' in body || body.received === true).toBe(true);
  }

  const methods = fc.oneof(fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD', 'get', ''), fc.string({ unit: 'binary' }));
  const urls = fc.oneof(
    fc.tuple(fc.constantFrom('/checkout/', '/reference/', '/webhook', '/webhook/', '/', ''), fc.constantFrom(known.id, REFERENCES[0], 'cs_live_1', '{CHECKOUT_SESSION_ID}', ''), fc.constantFrom('', '/', '?', '?x=1', '#')).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
  );
  const headers = fc.array(fc.tuple(fc.oneof(fc.constantFrom('host', 'HOST', 'stripe-signature', 'Stripe-Signature'), fc.string({ unit: 'binary' })), fc.oneof(fc.constantFrom('t=1800000000,v1=00', `${world.system.self.toText()}.raw.icp0.io`), fc.string({ unit: 'binary' }))), { maxLength: 8 });
  const requests = fc.record({ method: methods, url: urls, headers, body: fc.uint8Array({ maxLength: 300 }) });

  it('get a reply or are refused as no request', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => expectManners(bytes)), { numRuns: 500 });
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => expectManners(Uint8Array.from([...Buffer.from('DIDL'), ...bytes]))), { numRuns: 500 });
  });

  it('in a request with any method, URL, headers and body get a reply', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const argument = encodeRequest(request);
        expect(() => world.backend.pages.mayUpdate(argument)).not.toThrow();
        expectAnswer(world.query(request));
        await expectManners(argument);
        world.system.now += 2;
      }),
      { numRuns: 500 },
    );
  }, PATIENCE);

  it('that were a request, until some were changed, left out or added, get a reply or are refused', async () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 2 }), fc.uint8Array({ minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(requests, edits, async (request, changes) => {
        const bytes = [...encodeRequest(request)];
        for (const [place, leaveOut, added] of changes) bytes.splice(place % bytes.length, leaveOut, ...added);
        await expectManners(Uint8Array.from(bytes));
        world.system.now += 2;
      }),
      { numRuns: 500 },
    );
  }, PATIENCE);

  it('that Stripe has signed are received, whatever is in them, and leave the canister well', async () => {
    const told = new BackendWorld();
    const session = told.stripe.create();
    told.stripe.payLater(session);
    const event = JSON.parse(told.stripe.events[0].body) as Record<string, unknown>;
    const types = ['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired'].map((change) => `checkout.session.${change}`);
    const objects = fc.dictionary(fc.constantFrom(...Object.keys((event.data as { object: object }).object), 'charge', 'refunded', 'amount_refunded'), fc.jsonValue());
    const changed = fc.record({ id: fc.stringMatching(/^evt_[a-z0-9]{10}$/), type: fc.constantFrom(...types, 'charge.refunded', 'charge.dispute.created', 'x'), object: objects });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), changed), async (what) => {
        const body = typeof what === 'string' ? what : JSON.stringify({ ...event, id: what.id, type: what.type, data: { object: { ...(event.data as { object: object }).object, ...what.object } } });
        expect(await told.deliver(body)).toBe(200);
        await told.pass(0);
        expect(told.system.timerErrors).toEqual([]);
      }),
      { numRuns: 300 },
    );
    told.stripe.settle(session, true);
    await told.deliver(told.stripe.events.at(-1)!.body);
    await told.pass(HOUR);
    expect(['paid', 'refunded']).toContain(told.known.get(session.id)?.status);
  });
});
