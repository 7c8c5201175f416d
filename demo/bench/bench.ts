/** `npm run bench`: builds what is to be measured, measures it, and holds it against its budgets. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { BUDGETS } from './budgets.js';
import { withFixedTime } from './fixed-time.js';
import { instrument } from './instrument.js';
import { measureAnswers } from './measure-answers.js';
import { measureCertified } from './measure-certified.js';
import { measureCost } from './measure-cost.js';
import { measureElement } from './measure-element.js';
import { measureGrowth } from './measure-growth.js';
import { measureIdle } from './measure-idle.js';
import { measureShop } from './measure-shop.js';
import { measureWebhook } from './measure-webhook.js';
import { ToolMissing, type Measurement } from './measurement.js';
import { json, rowsOf, table, verdict } from './report.js';
import { buildSeeder } from './seeding.js';

const USAGE = `npm run bench -- [--json FILE] [--no-build]

Prints a table, and with --json writes [{ "name", "value", "unit", "budget" }] to FILE as well; "budget" is null where there is none.
Ends with 1 when a number is over its budget. Everything but the times (ms) is the same in every run.`;

try {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, build: { type: 'boolean', default: true }, help: { type: 'boolean', default: false } },
    allowNegative: true,
  });
  if (values.help) console.log(USAGE);
  else await run(values.build, values.json);
} catch (error) {
  const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(isUsage ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
}

async function run(build: boolean, file: string | undefined): Promise<void> {
  if (build) {
    say('Building the element and the canister…');
    await promisify(execFile)('npm', ['run', '--silent', 'build']);
  }
  const { measurements, isComplete } = await measureAll();
  const rows = rowsOf(measurements, BUDGETS);
  const { lines, exitCode } = verdict(rows, BUDGETS, isComplete);
  console.log(table(rows));
  if (file !== undefined) await writeFile(file, json(rows));
  for (const line of lines) say(line);
  process.exitCode = exitCode;
}

async function measureAll(): Promise<{ measurements: Measurement[]; isComplete: boolean }> {
  const wasm = await readBuilt('stripe_backend.wasm');
  const groups: [string, () => Promise<Measurement[]>][] = [
    ['the element', measureElement],
    ['an idle canister', () => withFixedTime(() => measureIdle(wasm))],
    ['the canister, answer by answer', () => withFixedTime(() => measureAnswers(instrument(wasm)))],
    ['certified answers', () => withFixedTime(() => measureCertified(instrument(wasm)))],
    ['webhooks', () => withFixedTime(() => measureWebhook(instrument(wasm)))],
    ['what a payment costs', () => withFixedTime(() => measureCost(instrument(wasm)))],
    ['the canister with 1,000 and with 100,000 payments', () => withFixedTime(() => measureGrowth(instrument(wasm), buildSeeder()))],
    ['the shop, in Chromium', measureShop],
  ];
  const measurements: Measurement[] = [];
  let isComplete = true;
  for (const [what, measure] of groups) {
    say(`Measuring ${what}…`);
    try {
      measurements.push(...(await measure()));
    } catch (error) {
      if (!(error instanceof ToolMissing)) throw error;
      isComplete = false;
      say(`Left out: ${error.message}`);
    }
  }
  return { measurements, isComplete };
}

async function readBuilt(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(new URL(`../../dist/${file}`, import.meta.url)));
  } catch (error) {
    throw new Error(`dist/${file} cannot be read: leave out --no-build, or run npm run build`, { cause: error });
  }
}

/** To standard error: the table alone goes to standard output. */
function say(line: string): void {
  console.error(line);
}
