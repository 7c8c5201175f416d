/** What one confirmed payment costs, in cycles, on a subnet of 13 nodes. */
import { EXPENSES, type Expenses } from '../local/ic/cycle-account.js';
import { MILLISECOND_V2 } from '../local/ic/prices.js';
import type { Measurement } from './measurement.js';
import { sessionId } from './shopper.js';
import { Specimen } from './specimen.js';

const NODES = 13n;
/** Pricing version 2 charges for the time that Stripe takes. Here it answers at once; this is what is added. */
const STRIPE_MS = 300n;
/** Payments, not more than the canister asks Stripe about at once. */
const SAMPLES = 5;

/** @param wasm the canister, instrumented */
export async function measureCost(wasm: Uint8Array): Promise<Measurement[]> {
  return [...(await measurePayment(wasm, 2)), ...(await measurePayment(wasm, 1))];
}

async function measurePayment(wasm: Uint8Array, version: 1 | 2): Promise<Measurement[]> {
  const specimen = await Specimen.start({ wasm, settings: { pricing_version: [version] } });
  try {
    await specimen.fillCertified(0);
    const before = specimen.ic.expenses(specimen.canister);
    for (let sample = 0; sample < SAMPLES; sample += 1) await specimen.confirm(sessionId(1_000 + sample));
    const { outcalls, ...rest } = mean(difference(before, specimen.ic.expenses(specimen.canister)));
    const outcall = outcalls + (version === 2 ? NODES * MILLISECOND_V2 * STRIPE_MS : 0n);
    const other = Object.values(rest).reduce((sum, cycles) => sum + cycles, 0n);
    const name = `confirmed payment, pricing v${version}`;
    return [
      { name, value: Number(outcall + other), unit: 'cycles' },
      { name: `${name}: the outcall`, value: Number(outcall), unit: 'cycles' },
      { name: `${name}: ingress, execution and calls`, value: Number(other), unit: 'cycles' },
    ];
  } finally {
    await specimen.close();
  }
}

function mean(expenses: Expenses): Expenses {
  return Object.fromEntries(EXPENSES.map((expense) => [expense, expenses[expense] / BigInt(SAMPLES)])) as Expenses;
}

function difference(before: Expenses, after: Expenses): Expenses {
  return Object.fromEntries(EXPENSES.map((expense) => [expense, after[expense] - before[expense]])) as Expenses;
}
