/** The table that is printed, the file for programs, and whether all is within budget. */
import type { Budget } from './budgets.js';
import type { Measurement } from './measurement.js';

/** A measurement with its budget; null where it has none. */
export interface Row extends Measurement {
  readonly budget: number | null;
}

/**
 * Puts measurements and budgets together.
 * @throws {Error} when two measurements have one name
 */
export function rowsOf(measurements: readonly Measurement[], budgets: Readonly<Record<string, Budget>>): Row[] {
  const names = new Set(measurements.map(({ name }) => name));
  if (names.size < measurements.length) throw new Error('two measurements have the same name: give each its own');
  return measurements.map((measurement) => ({ ...measurement, budget: Object.hasOwn(budgets, measurement.name) ? budgets[measurement.name].most : null }));
}

export function isOver({ value, budget }: Row): boolean {
  return budget !== null && value > budget;
}

/**
 * What is to be said after the table, and with what the command ends: 1 when a number is over its budget, or when a budget
 * has no number.
 * @param isComplete false where rows were left out, so that their budgets wait for another machine
 */
export function verdict(rows: readonly Row[], budgets: Readonly<Record<string, Budget>>, isComplete: boolean): { lines: string[]; exitCode: 0 | 1 } {
  const names = new Set(rows.map(({ name }) => name));
  const unmeasured = Object.keys(budgets).filter((name) => !names.has(name));
  const over = rows.filter(isOver);
  const lines = [
    ...unmeasured.map((name) => (isComplete ? `Nothing has the name of this budget: ${name}` : `Not measured: ${name}`)),
    ...over.map(({ name }) => `Over budget: ${name} (the budget is so because ${budgets[name].because})`),
  ];
  return { lines, exitCode: over.length > 0 || (isComplete && unmeasured.length > 0) ? 1 : 0 };
}

/** The rows as text in columns, those over their budget marked. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    grouped(row.value),
    row.unit,
    row.budget === null ? '' : `at most ${grouped(row.budget)}`,
    isOver(row) ? '<< OVER BUDGET' : '',
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...cells.map((line) => line[column].length)));
  const align = (cell: string, column: number) => (column === 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  return cells.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

/** An array of `{ name, value, unit, budget }`, as JSON. */
export function json(rows: readonly Row[]): string {
  return `${JSON.stringify(rows.map(({ name, value, unit, budget }) => ({ name, value, unit, budget })), null, 2)}\n`;
}

/** 1,234,567 and 1.017: the same on every machine, whatever its locale. */
function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
