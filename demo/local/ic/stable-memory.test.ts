import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE, StableMemory } from './stable-memory.js';

type Step = { do: 'write'; at: number; data: Uint8Array } | { do: 'grow' } | { do: 'commit' } | { do: 'rollback' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), at: fc.nat(PAGE), data: fc.uint8Array({ maxLength: 9_000 }) }) },
  fc.record({ do: fc.constant('grow' as const) }),
  fc.record({ do: fc.constant('commit' as const) }),
  fc.record({ do: fc.constant('rollback' as const) }),
);

test('behaves like a plain array that is copied at each commit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const stable = new StableMemory();
      let model = new Uint8Array();
      let committed = model.slice();
      for (const action of steps) {
        switch (action.do) {
          case 'grow': {
            expect(stable.grow(1)).toBe(model.length / PAGE);
            const grown = new Uint8Array(model.length + PAGE);
            grown.set(model);
            model = grown;
            break;
          }
          case 'write':
            if (action.at + action.data.length > model.length) break;
            stable.write(action.at, action.data);
            model.set(action.data, action.at);
            break;
          case 'commit':
            stable.commit();
            committed = model.slice();
            break;
          case 'rollback':
            stable.rollback();
            model = committed.slice();
            break;
        }
        const read = new Uint8Array(Math.min(model.length, 10_000));
        stable.read(model.length - read.length, read);
        expect(Buffer.compare(read, model.subarray(model.length - read.length))).toBe(0);
      }
      expect(Buffer.compare(stable.copy(), model)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('does not grow beyond 500 GiB', () => {
  const stable = new StableMemory();
  expect(stable.grow(8_192_001)).toBe(-1);
  expect(stable.grow(8_192_000)).toBe(0);
  expect(stable.grow(1)).toBe(-1);
});
