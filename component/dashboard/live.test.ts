import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Live } from './live.js';

let visibility: string;
let page: EventTarget;
let runs: number;
let isFailing: boolean;
let live: Live;

beforeEach(() => {
  vi.useFakeTimers();
  visibility = 'visible';
  page = new EventTarget();
  Object.defineProperty(page, 'visibilityState', { get: () => visibility });
  vi.stubGlobal('document', page);
  runs = 0;
  isFailing = false;
  live = new Live(() => {
    runs += 1;
    return isFailing ? Promise.reject(new Error('down')) : Promise.resolve();
  });
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
function show(state: 'visible' | 'hidden'): void {
  visibility = state;
  page.dispatchEvent(new Event('visibilitychange'));
}

it('runs every ten seconds while the page is visible, and at once when it becomes so', async () => {
  live.start();
  live.start();
  await pass(30);
  expect(runs).toBe(3);
  show('hidden');
  await pass(600);
  expect(runs).toBe(3);
  show('visible');
  await pass(1);
  expect(runs).toBe(4);
  live.stop();
  show('visible');
  await pass(600);
  expect(runs).toBe(4);
});

it('runs less and less often while it fails, and as often as before once it does not', async () => {
  isFailing = true;
  live.start();
  await pass(10 + 20 + 40 + 80 + 160 + 160);
  expect(runs).toBe(6);
  isFailing = false;
  await pass(160 + 10 + 10);
  expect(runs).toBe(9);
});

it('never runs twice at a time', async () => {
  let go: () => void = () => undefined;
  live = new Live(() => {
    runs += 1;
    return new Promise((resolve) => (go = resolve));
  });
  live.start();
  await pass(10);
  show('visible');
  await pass(60);
  expect(runs).toBe(1);
  go();
  await pass(10);
  expect(runs).toBe(2);
});
