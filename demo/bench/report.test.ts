import { describe, expect, it } from 'vitest';
import { BUDGETS } from './budgets.js';
import type { Measurement } from './measurement.js';
import { isOver, json, rowsOf, table, verdict } from './report.js';

const budgets = { small: { most: 10, because: 'of a test' }, other: { most: 1, because: 'of a test' } };
const measured = (name: string, value: number): Measurement => ({ name, value, unit: 'bytes' });

describe('a row', () => {
  it('has the budget of its name, and otherwise none', () => {
    const rows = rowsOf([measured('small', 3), measured('toString', 4)], budgets);
    expect(rows.map(({ budget }) => budget)).toEqual([10, null]);
  });

  it.each([
    ['below', 9, false],
    ['at', 10, false],
    ['above', 11, true],
    ['just above', 10.001, true],
  ])('%s its budget', (_, value, over) => {
    expect(rowsOf([measured('small', value)], budgets).map(isOver)).toEqual([over]);
  });

  it('without a budget is never over it', () => {
    expect(rowsOf([measured('huge', 1e12)], budgets).map(isOver)).toEqual([false]);
  });

  it('has a name of its own', () => {
    expect(() => rowsOf([measured('small', 1), measured('small', 2)], budgets)).toThrow('the same name');
  });
});

describe('the command', () => {
  const within = [measured('small', 10), measured('other', 1), measured('free', 99)];
  const judge = (measurements: Measurement[], isComplete = true) => verdict(rowsOf(measurements, budgets), budgets, isComplete);

  it('ends well and says no more when all is within budget', () => {
    expect(judge(within)).toEqual({ lines: [], exitCode: 0 });
  });

  it('ends badly, and says why, when one number is over', () => {
    expect(judge([...within.slice(1), measured('small', 11)])).toEqual({ lines: ['Over budget: small (the budget is so because of a test)'], exitCode: 1 });
  });

  it('ends badly when a budget has no number', () => {
    expect(judge(within.slice(1))).toEqual({ lines: ['Nothing has the name of this budget: small'], exitCode: 1 });
  });

  it('ends well when the number was left out', () => {
    expect(judge(within.slice(1), false)).toEqual({ lines: ['Not measured: small'], exitCode: 0 });
  });

  it('ends badly when numbers were left out and another is over', () => {
    expect(judge([measured('small', 11)], false).exitCode).toBe(1);
  });
});

describe('the table', () => {
  const rows = rowsOf([measured('small', 1_234_567), { name: 'a longer name', value: 1.25, unit: 'times' }], budgets);

  it('stands in columns, with what is over budget marked', () => {
    expect(table(rows).split('\n')).toEqual([
      'small          1,234,567  bytes  at most 10  << OVER BUDGET',
      'a longer name       1.25  times',
    ]);
  });

  it('of nothing is empty', () => {
    expect(table([])).toBe('');
  });
});

it('the JSON is an array of name, value, unit and budget', () => {
  const rows = rowsOf([measured('small', 3), measured('free', 4)], budgets);
  expect(JSON.parse(json(rows))).toEqual([
    { name: 'small', value: 3, unit: 'bytes', budget: 10 },
    { name: 'free', value: 4, unit: 'bytes', budget: null },
  ]);
});

it('every budget is a positive number, with a reason', () => {
  for (const { most, because } of Object.values(BUDGETS)) {
    expect(most).toBeGreaterThan(0);
    expect(because).not.toBe('');
  }
});
