import { afterEach, expect, it, vi } from 'vitest';
import { impatient } from './patience.js';
import { FakeBackend, STATS } from './testing.js';

afterEach(() => void vi.useRealTimers());

it('calls that hang fail after a minute, and others come to what they come to', async () => {
  vi.useFakeTimers();
  const backend = new FakeBackend();
  await expect(impatient(backend).stats()).resolves.toEqual(STATS);
  backend.failures.set('stats', new Error('down'));
  await expect(impatient(backend).stats()).rejects.toThrow('down');
  backend.pause = new Promise(() => undefined);
  let failed: unknown;
  impatient(backend).getPayment('cs_test_1').catch((error: unknown) => (failed = error));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(failed).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(failed).toMatchObject({ kind: 'late' });
  expect(vi.getTimerCount()).toBe(0);
});
