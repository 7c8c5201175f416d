import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, createPoller, type Poller } from './poller.js';
import type { Hearing } from './state.js';

const ID = 'cs_test_a';
/** Whether a payment is the one that was asked about. */
const isIt = ({ id }: { id: string }) => id === ID;
const URL = `https://canister.icp0.io/checkout/${ID}`;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

let poller: Poller;
let heard: Hearing[];
/** When each request was made, in milliseconds since the start. */
let asked: number[];
let signals: AbortSignal[];
let reply: () => Promise<Response>;
let page: { visibilityState: string };
let connection: { onLine: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const start = performance.now();
  heard = [];
  asked = [];
  signals = [];
  page = { visibilityState: 'visible' };
  connection = { onLine: true };
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', connection);
  vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => {
    asked.push(performance.now() - start);
    signals.push(signal);
    return reply();
  });
  poller = createPoller((hearing) => heard.push(hearing));
});
afterEach(() => {
  poller.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const answer = (body: unknown, status = 200) => () => Promise.resolve(Response.json(body, { status }));
const pass = (time: number) => vi.advanceTimersByTimeAsync(time);
const gaps = () => asked.slice(1).map((time, index) => time - asked[index]);

it('asks once when the first answer is final', async () => {
  for (const status of ['failed', 'expired', 'refunded', 'not_found']) {
    poller.stop();
    asked = [];
    reply = answer({ status });
    poller.start(`${URL}${status}`, isIt);
    await pass(20 * MINUTE);
    expect(asked.length).toBe(1);
  }
});

it('doubles its waits up to half a minute, and gives up after ten', async () => {
  reply = answer({ status: 'checking' });
  poller.start(URL, isIt);
  await pass(20 * MINUTE);
  expect(gaps().slice(0, 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * SECOND));
  expect(asked.at(-1)).toBeGreaterThan(9 * MINUTE);
  expect(asked.at(-1)).toBeLessThan(10 * MINUTE);
  expect(heard.at(-1)).toEqual({ status: 'unavailable', reason: 'stopped' });
  expect(heard.filter(({ reason }) => reason === 'stopped').length).toBe(1);
});

it('asks anew, with new patience, when told to hurry', async () => {
  reply = answer({ status: 'checking' });
  poller.start(URL, isIt);
  await pass(20 * MINUTE);
  const before = asked.length;
  reply = answer({ status: 'expired' });
  poller.hurry();
  await pass(1);
  expect(asked.length).toBe(before + 1);
  expect(heard.at(-1)).toEqual({ status: 'expired' });
});

it('waits for an open one longer each time, up to a minute, and leaves it open when it gives up', async () => {
  reply = answer({ status: 'open' });
  poller.start(URL, isIt);
  await pass(20 * MINUTE);
  expect(gaps().slice(0, 6)).toEqual([2.5, 5, 10, 20, 40, 60].map((seconds) => seconds * SECOND));
  expect(heard.at(-1)).toEqual({ status: 'open', reason: 'stopped' });
});

it('waits minutes for one on its way, and never gives it up', async () => {
  reply = answer({ status: 'processing', retry_after_ms: 1000 });
  poller.start(URL, isIt);
  await pass(24 * 60 * MINUTE);
  expect(gaps().slice(0, 5)).toEqual([1, 2, 4, 8, 15].map((minutes) => minutes * MINUTE));
  expect(asked.length).toBeGreaterThan(90);
  expect(heard.some(({ reason }) => reason === 'stopped')).toBe(false);
});

it('obeys retry_after_ms, and gives up at once where it exceeds its patience', async () => {
  reply = answer({ status: 'unavailable', reason: 'rate_limited', retry_after_ms: 45_000 });
  poller.start(URL, isIt);
  await pass(2 * MINUTE);
  expect(gaps()).toEqual([45_000, 45_000]);
  reply = answer({ status: 'unavailable', reason: 'rate_limited', retry_after_ms: 20 * MINUTE });
  await pass(MINUTE);
  expect(heard.at(-1)).toEqual(expect.objectContaining({ reason: 'stopped' }));
});

it('obeys retry_after_ms over stop and start, and over hurry', async () => {
  reply = answer({ status: 'checking', retry_after_ms: 10_000 });
  poller.start(URL, isIt);
  await pass(SECOND);
  poller.stop();
  await pass(SECOND);
  poller.start(URL, isIt);
  poller.hurry();
  await pass(7 * SECOND);
  expect(asked.length).toBe(1);
  await pass(2 * SECOND);
  expect(gaps()).toEqual([10_000]);
});

it('starts no sooner than it is told', async () => {
  reply = answer({ status: 'expired' });
  poller.start(URL, isIt, 5000);
  await pass(4999);
  expect(asked).toEqual([]);
  await pass(1);
  expect(asked).toEqual([5000]);
});

it('has one request at a time, however often it is started or hurried', async () => {
  reply = () => new Promise(() => undefined);
  poller.start(URL, isIt);
  poller.start(URL, isIt);
  await pass(1);
  poller.start(URL, isIt);
  poller.hurry();
  poller.wake();
  await pass(10 * SECOND);
  expect(asked.length).toBe(1);
});

it('ends a request that takes too long, and asks again', async () => {
  reply = () => new Promise((_, reject) => signals.at(-1)!.addEventListener('abort', () => reject(new Error())));
  poller.start(URL, isIt);
  await pass(74 * SECOND);
  expect(signals[0].aborted).toBe(false);
  await pass(SECOND);
  expect(signals[0].aborted).toBe(true);
  expect(heard).toEqual([{ status: 'unavailable', reason: 'unreachable' }]);
  await pass(SECOND);
  expect(asked.length).toBe(2);
});

it('tells nothing after it was stopped, whatever still comes', async () => {
  let come: (response: Response) => void = () => undefined;
  reply = () => new Promise((resolve) => (come = resolve));
  poller.start(URL, isIt);
  await pass(1);
  poller.stop();
  expect(signals[0].aborted).toBe(true);
  come(Response.json({ status: 'expired' }));
  await pass(MINUTE);
  expect(heard).toEqual([]);
  expect(asked.length).toBe(1);
});

it('asks nothing while nobody looks, and at once when somebody does', async () => {
  reply = answer({ status: 'checking' });
  poller.start(URL, isIt);
  await pass(1);
  page.visibilityState = 'hidden';
  await pass(60 * MINUTE);
  expect(asked.length).toBe(1);
  poller.wake();
  expect(asked.length).toBe(1);
  page.visibilityState = 'visible';
  poller.wake();
  expect(asked.length).toBe(2);
  poller.wake();
  expect(asked.length).toBe(2);
  // The pause is not part of its patience.
  await pass(5 * MINUTE);
  expect(heard.some(({ reason }) => reason === 'stopped')).toBe(false);
});

it('asks nothing while offline, and says so', async () => {
  reply = answer({ status: 'expired' });
  connection.onLine = false;
  poller.start(URL, isIt);
  await pass(MINUTE);
  expect(asked).toEqual([]);
  expect(heard).toEqual([{ status: 'unavailable', reason: 'offline' }]);
  connection.onLine = true;
  poller.wake();
  await pass(1);
  expect(heard.at(-1)).toEqual({ status: 'expired' });
});

describe('waits', () => {
  it('are spread by up to a quarter, never shorter than asked for', () => {
    expect(backoff({ status: 'checking' }, 0, 0, 0)).toBe(1000);
    expect(backoff({ status: 'checking' }, 0, 0, 0.999)).toBeCloseTo(1249.75);
    expect(backoff({ status: 'checking' }, 40, 0, 0)).toBe(30_000);
    expect(backoff({ status: 'checking' }, 2000, 0, 0)).toBe(30_000);
    expect(backoff({ status: 'processing' }, 0, 5 * MINUTE, 0)).toBe(5 * MINUTE);
  });

  it('do not exist after the end, nor when the canister cannot ask', () => {
    for (const status of ['paid', 'failed', 'expired', 'refunded', 'not_found'] as const) expect(backoff({ status }, 0, 0, 0)).toBeUndefined();
    expect(backoff({ status: 'unavailable', reason: 'misconfigured' }, 0, 0, 0)).toBeUndefined();
  });

  it.each([['soon'], [-1], [NaN], [1e300], [{}], [null]])('are kept sane when asked for %s', async (wait) => {
    reply = answer({ status: 'processing', retry_after_ms: wait });
    poller.start(URL, isIt);
    await pass(MINUTE - 1);
    expect(asked.length).toBe(1);
    await pass(25 * 60 * MINUTE);
    expect(asked.length).toBeGreaterThan(1);
  });
});
