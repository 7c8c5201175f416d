import { beforeEach, expect, it, vi } from 'vitest';
import { createRecords } from './records.js';

/** As the browser's, whose keys are properties; each of its methods can be made to throw. */
class FakeStorage {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? (this[key] as string) : null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

let storage: Storage;
beforeEach(() => {
  storage = new FakeStorage() as unknown as Storage;
  vi.useFakeTimers({ now: 1_000_000 });
  return () => vi.useRealTimers();
});

interface Note {
  text: string;
}
const open = (lifetime = 1000) => createRecords<Note>(() => storage, 'note', lifetime);

it('keeps, finds, lists newest first, and drops', () => {
  const notes = open();
  expect(notes.put('a', { text: 'one' })).toBe(true);
  vi.advanceTimersByTime(1);
  notes.put('b', { text: 'two' });
  expect(notes.get('a')).toEqual({ text: 'one', created: 1_000_000 });
  expect(notes.list().map(([key]) => key)).toEqual(['b', 'a']);
  notes.drop('b');
  expect(notes.get('b')).toBeUndefined();
  expect(open().get('a')?.text).toBe('one');
});

it('keeps the time of a record that is put again', () => {
  const notes = open();
  notes.put('a', { text: 'one' });
  vi.advanceTimersByTime(5);
  notes.put('a', { ...notes.get('a')!, text: 'two' });
  expect(notes.get('a')).toEqual({ text: 'two', created: 1_000_000 });
});

it('drops what has outlived its time, and what others wrote under its name; and nothing else', () => {
  const notes = open(1000);
  notes.put('old', { text: '' });
  for (const [key, value] of [['bad', '{'], ['null', 'null'], ['number', '1'], ['timeless', '{"text":"x"}'], ['odd', '{"created":"soon"}']]) {
    storage.setItem(`ic-stripe-pay:note:${key}`, value);
  }
  storage.setItem('ic-stripe-pay:notes:a', '{');
  storage.setItem('theirs', '{');
  expect(notes.list().map(([key]) => key)).toEqual(['old']);
  vi.advanceTimersByTime(1000);
  expect(notes.list()).toEqual([]);
  expect(Object.keys(storage)).toEqual(['ic-stripe-pay:notes:a', 'theirs']);
});

it('does without storage that is forbidden', () => {
  const notes = createRecords<Note>(() => {
    throw new DOMException('', 'SecurityError');
  }, 'note', 1000);
  expect(notes.put('a', { text: '' })).toBe(false);
  expect(notes.get('a')).toBeUndefined();
  expect(notes.list()).toEqual([]);
  expect(() => notes.drop('a')).not.toThrow();
});

it('says so when storage is full', () => {
  storage.setItem = () => {
    throw new DOMException('', 'QuotaExceededError');
  };
  expect(open().put('a', { text: '' })).toBe(false);
});
