import { describe, expect, it } from 'vitest';
import { outcallCycles } from './price.js';

/** The published prices. https://docs.internetcomputer.org/references/cycle-costs */
function priceV1(n: bigint, request: bigint, cap: bigint): bigint {
  return n * (3_000_000n + 60_000n * n) + n * (400n * request + 800n * cap);
}
function priceV2(n: bigint, request: bigint, raw: bigint, ms: bigint, instructions: bigint, transformed: bigint): bigint {
  const base = n * (1_000_000n + 50n * request + 140_000n * n + 800n * n * n);
  return base + n * (50n * raw + 300n * ms + instructions / 13n) + n * (10n * n + 600n) * transformed;
}

describe('the cycles attached to an outcall', () => {
  it.each([13n, 34n, 40n])('cover the slowest and longest answer on a subnet of %i nodes', (nodes) => {
    for (const cap of [8_192, 65_536]) {
      expect(outcallCycles(1, 600, cap)).toBeGreaterThanOrEqual(priceV1(nodes, 600n, BigInt(cap)));
      expect(outcallCycles(2, 600, cap)).toBeGreaterThanOrEqual(priceV2(nodes, 600n, BigInt(cap), 60_000n, BigInt(cap) * 1_000n, 1_000n));
    }
  });

  it('stay small beside a balance: most of them come back', () => {
    expect(outcallCycles(2, 600, 8_192)).toBeLessThan(2_000_000_000n);
  });
});
