/** One number, and what it counts. */
export interface Measurement {
  /** Says what was measured; the same in every run, and no other measurement's. */
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
}

/** `ms` alone is a time by the clock, and differs from run to run; everything else is the same each time. */
export type Unit = 'instructions' | 'cycles' | 'cycles a day' | 'bytes' | 'requests' | 'times' | 'ms';

/** Says that a tool is missing without which some rows cannot be measured, and what to do about it. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** The mean of counts, as a whole number. */
export function mean(counts: readonly number[]): number {
  return Math.round(counts.reduce((sum, count) => sum + count, 0) / counts.length);
}
