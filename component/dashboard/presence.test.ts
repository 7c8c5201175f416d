import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Presence } from './presence.js';

let tabs: { window: EventTarget; presence: Presence; ends: [end: string, isElsewhere: boolean][] }[];

/** Channels that deliver at once, and one window for each tab. */
beforeEach(() => {
  vi.useFakeTimers();
  const open = new Set<{ onmessage?: (event: { data: unknown }) => void }>();
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      onmessage?: (event: { data: unknown }) => void;
      constructor() {
        open.add(this);
      }
      postMessage(data: unknown) {
        for (const channel of open) if (channel !== this) channel.onmessage?.({ data });
      }
      close() {
        open.delete(this);
      }
    },
  );
  tabs = [0, 1].map(() => {
    const window = new EventTarget();
    const ends: [string, boolean][] = [];
    vi.stubGlobal('window', window);
    const presence = new Presence((...end) => ends.push(end));
    presence.start();
    return { window, presence, ends };
  });
});
afterEach(() => {
  for (const { window, presence } of tabs) {
    vi.stubGlobal('window', window);
    presence.stop();
  }
  expect(vi.getTimerCount()).toBe(0);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (minutes: number) => vi.advanceTimersByTime(minutes * 60_000);
const ends = () => tabs.map((tab) => tab.ends);

it('ends in all tabs once nobody was in any for half an hour', () => {
  for (let minutes = 0; minutes < 100; minutes += 20) {
    pass(20);
    tabs[0].window.dispatchEvent(new Event('keydown'));
  }
  expect(ends()).toEqual([[], []]);
  pass(29);
  expect(ends()).toEqual([[], []]);
  pass(1);
  expect(tabs.map(({ ends: [[end]] }) => end)).toEqual(['idle', 'idle']);
});

it('ends in all other tabs at once when somebody leaves', () => {
  tabs[1].presence.leave();
  expect(ends()).toEqual([[['left', true]], []]);
  pass(60);
  expect(ends()).toEqual([[['left', true]], []]);
});

it('who comes after a computer has slept is not taken for who was there before', () => {
  vi.setSystemTime(Date.now() + 31 * 60_000);
  tabs[0].window.dispatchEvent(new Event('pointermove'));
  expect(ends()).toEqual([[['idle', false]], [['idle', true]]]);
});
