import { describe, expect, it } from 'vitest';
import { Lookups } from './lookups.js';

describe('a lookup under way', () => {
  it('is one until it ends', () => {
    const lookups = new Lookups();
    expect(lookups.isUnderWay('a', 100)).toBe(false);
    const end = lookups.begin('a', 100);
    expect(lookups.isUnderWay('a', 150)).toBe(true);
    expect(lookups.isUnderWay('b', 150)).toBe(false);
    end();
    expect(lookups.isUnderWay('a', 150)).toBe(false);
  });

  it('lapses where its end never comes, and a late end does not end the next', () => {
    const lookups = new Lookups();
    const late = lookups.begin('a', 100);
    expect(lookups.isUnderWay('a', 279)).toBe(true);
    expect(lookups.isUnderWay('a', 280)).toBe(false);
    lookups.begin('a', 290);
    late();
    expect(lookups.isUnderWay('a', 291)).toBe(true);
  });
});

describe('a setback', () => {
  it('is told until its time has passed, twice as long each time, and forgotten when Stripe speaks', () => {
    const lookups = new Lookups();
    expect(lookups.fail('a', 'stripe_error', 100)).toMatchObject({ answer: { status: 'unavailable', reason: 'stripe_error' }, until: 102 });
    expect(lookups.setback('a', 101)).toMatchObject({ until: 102 });
    expect(lookups.setback('a', 102)).toBeUndefined();
    expect(lookups.fail('a', 'stripe_error', 102)).toMatchObject({ until: 106 });
    lookups.succeed('a');
    expect(lookups.setback('a', 103)).toBeUndefined();
    expect(lookups.fail('a', 'stripe_error', 110)).toMatchObject({ until: 112 });
  });

  it('never makes anyone wait longer than five minutes', () => {
    const lookups = new Lookups();
    for (let i = 0; i < 40; i += 1) lookups.fail('a', 'rate_limited', 0);
    expect(lookups.setback('a', 0)).toMatchObject({ until: 300 });
  });

  it('that the merchant must mend, or of an unknown id, is looked up again for who asks later', () => {
    const lookups = new Lookups();
    expect(lookups.fail('a', 'misconfigured', 0)).toMatchObject({ answer: { status: 'unavailable', reason: 'misconfigured' }, until: 15 });
    expect(lookups.fail('b', 'not_found', 0)).toMatchObject({ answer: { status: 'not_found' }, until: 10 });
  });

  it('of an invented id takes a place that the next ones take over', () => {
    const lookups = new Lookups();
    for (let i = 0; i < 5_001; i += 1) lookups.fail(`id${i}`, 'not_found', 0);
    expect(lookups.setback('id0', 1)).toBeUndefined();
    expect(lookups.setback('id1', 1)).toBeDefined();
  });
});
