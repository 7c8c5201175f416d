/** Floods of requests, and honest shoppers in the middle of them, by the local Internet Computer's clock. */
import { readAnswer, type Answer } from '../../canister/contract.js';
import { backoff } from '../../component/poller.js';
import { EXPENSES, type Expenses } from '../local/ic/cycle-account.js';
import type { ApiRequest } from '../local/stripe/index.js';
import type { Fate } from './attacker.js';
import type { CanisterWorld } from './canister-world.js';

/** Requests a second. */
const RATE = 10;

export interface Flood {
  /** How long, in seconds. It goes on until every shopper is served, or has given up. */
  seconds: number;
  /** One request. Resolves when it is answered or turned away, with a word for what became of it. */
  send: (index: number) => Promise<Fate>;
  /** Seconds between two shoppers; none come unless given. */
  shopperEvery?: number;
}

/** What a flood has brought about. */
export interface Aftermath {
  /** How long it was by the clock. */
  seconds: number;
  /** How many requests ended in which way. */
  outcomes: Record<string, number>;
  /** How long each shopper waited from their return until the page could show `paid`, in milliseconds; Infinity for one who gave up. */
  waits: number[];
  /** What Stripe was asked meanwhile. */
  requests: readonly ApiRequest[];
  /** Cycles, by purpose. */
  expenses: Expenses;
  /** Cycles in all. */
  cycles: number;
}

export async function flood(world: CanisterWorld, { seconds, send, shopperEvery = Infinity }: Flood): Promise<Aftermath> {
  const now = () => Number(world.ic.now() / 1_000_000n);
  const begun = now();
  const before = world.ic.expenses(world.canister);
  const asked = world.lookups;
  const outcomes: Record<string, number> = {};
  const waits: number[] = [];
  let waiting: Shopper[] = [];
  let nextShopper = begun + 500 * shopperEvery;

  for (let index = 0; index < RATE * seconds || waiting.length > 0; index += 1) {
    // Real time counts, too: a step that takes a while is made up for by the next ones.
    const ahead = begun + (1000 * index) / RATE - now();
    if (ahead > 0) await world.ic.advanceTime(ahead);
    const outcome = await send(index);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;

    if (now() >= nextShopper && index < RATE * seconds) {
      waiting.push(new Shopper(world, now(), index));
      nextShopper += 1000 * shopperEvery;
    }
    for (const shopper of waiting) if (now() >= shopper.nextAsk) await shopper.ask(now);
    waits.push(...waiting.filter(({ isDone }) => isDone).map(({ wait }) => wait));
    waiting = waiting.filter(({ isDone }) => !isDone);
  }

  await world.ic.settled();
  const expenses = difference(before, world.ic.expenses(world.canister));
  const cycles = Number(Object.values(expenses).reduce((sum, each) => sum + each, 0n));
  return { seconds: (now() - begun) / 1000, outcomes, waits, requests: world.stripe.requests.slice(asked), expenses, cycles };
}

/** How long a shopper has on Stripe's page, in milliseconds. */
const CHECKOUT = 180_000;
/** How long the element goes on asking, in milliseconds. */
const PATIENCE = 600_000;

/** Somebody who has just come back from paying, on whose page the element asks as component/poller.ts does. */
export class Shopper {
  /** In milliseconds since 1970. */
  nextAsk: number;
  wait = Infinity;
  isDone = false;
  private readonly id: string;
  private last: string | undefined;
  private tries = 0;

  /** @param seed of the chance by which the element spreads its questions */
  constructor(
    private readonly world: CanisterWorld,
    private readonly returned: number,
    private readonly seed: number,
  ) {
    const { id } = world.stripe.createSession({ created: Math.floor((returned - CHECKOUT) / 1000) });
    world.stripe.pay(id);
    this.id = id;
    this.nextAsk = returned;
  }

  async ask(now: () => number): Promise<void> {
    const { status, text } = await this.world.http(`/checkout/${this.id}`);
    const answer: Answer = (status === 200 ? readAnswer(JSON.parse(text)) : undefined) ?? { status: 'unavailable' };
    if (answer.status === 'paid') this.wait = now() - this.returned;
    this.tries = answer.status === this.last ? this.tries + 1 : 0;
    this.last = answer.status;
    const chance = ((this.seed + this.tries) * 0.618) % 1;
    const delay = backoff(answer, this.tries, answer.retry_after_ms ?? 0, chance);
    this.isDone = delay === undefined || now() - this.returned > PATIENCE;
    this.nextAsk = now() + (delay ?? 0);
  }
}

function difference(before: Expenses, after: Expenses): Expenses {
  return Object.fromEntries(EXPENSES.map((expense) => [expense, after[expense] - before[expense]])) as Expenses;
}
