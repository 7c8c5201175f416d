/** How much dearer each answer gets as payments pile up. */
import { mean, type Measurement } from './measurement.js';
import { sessionId } from './shopper.js';
import { Specimen, type Asked } from './specimen.js';

const FEW = 1_000;
const MANY = 100_000;
/** Payments looked at, and made: how deep one lies in the map differs. */
const SAMPLES = 20;

/**
 * @param wasm the canister, instrumented
 * @param seeder the canister that stores payments
 */
export async function measureGrowth(wasm: Uint8Array, seeder: Uint8Array): Promise<Measurement[]> {
  const few = await measureAt(wasm, seeder, FEW);
  const many = await measureAt(wasm, seeder, MANY);
  return KINDS.flatMap((kind): Measurement[] => [
    { name: `${kind}, ${FEW} payments`, value: few[kind], unit: 'instructions' },
    { name: `${kind}, ${MANY} payments`, value: many[kind], unit: 'instructions' },
    { name: `growth of ${article(kind)}`, value: Math.round((1_000 * many[kind]) / few[kind]) / 1_000, unit: 'times' },
  ]);
}

const KINDS = ['query that answers', 'query that upgrades', 'update that confirms'] as const;

const article = (kind: (typeof KINDS)[number]) => (kind.startsWith('u') ? `an ${kind}` : `a ${kind}`);

async function measureAt(wasm: Uint8Array, seeder: Uint8Array, count: number): Promise<Record<(typeof KINDS)[number], number>> {
  const specimen = await Specimen.start({ wasm, payments: { seeder, count } });
  try {
    const stored = Array.from({ length: SAMPLES }, (_, sample) => sessionId(Math.floor((sample * count) / SAMPLES)));
    const others = Array.from({ length: SAMPLES }, (_, sample) => sessionId(MANY + sample));
    const answers = await inTurn(stored, (id) => specimen.ask(`/checkout/${id}`));
    const upgrades = await inTurn(others, (id) => specimen.ask(`/checkout/${id}`));
    const confirms = await inTurn(others, async (id) => {
      await specimen.ic.advanceTime(1_000); // the pace at which the canister asks Stripe
      return specimen.confirm(id);
    });
    if (answers.some(({ answer }) => answer.upgrade || answer.status !== 200)) throw new Error('a seeded payment is not found: the seeding and the canister have different stores');
    if (upgrades.some(({ answer }) => !answer.upgrade)) throw new Error('a payment is found that was not seeded');
    return { 'query that answers': cost(answers), 'query that upgrades': cost(upgrades), 'update that confirms': cost(confirms) };
  } finally {
    await specimen.close();
  }
}

async function inTurn(ids: readonly string[], ask: (id: string) => Promise<Asked>): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const id of ids) asked.push(await ask(id));
  return asked;
}

function cost(asked: readonly Asked[]): number {
  return mean(asked.map(({ instructions }) => instructions));
}
