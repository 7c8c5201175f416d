import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createImage, PAGE } from './image.js';
import { StableMemory } from './stable-memory.js';

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
      const image = createImage(100 * PAGE).stable;
      const stable = new StableMemory(image);
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
      // Another thread sees what is committed, and nothing else.
      expect(Buffer.compare(new Uint8Array(image), committed)).toBe(0);
      const other = new StableMemory(image);
      const seen = new Uint8Array(committed.length);
      other.read(0, seen);
      expect([other.pages * PAGE, Buffer.compare(seen, committed)]).toEqual([committed.length, 0]);
    }),
    { numRuns: 60 },
  );
});

test('does not grow beyond its limit', () => {
  const stable = new StableMemory(createImage(10 * PAGE).stable);
  expect([stable.grow(11), stable.grow(10), stable.grow(1), stable.pages]).toEqual([-1, 0, -1, 10]);
});
