/** What each answer of a fresh canister takes. */
import type { Measurement } from './measurement.js';
import { sessionId } from './shopper.js';
import { Specimen, type Asked } from './specimen.js';

/** @param wasm the canister, instrumented */
export async function measureAnswers(wasm: Uint8Array): Promise<Measurement[]> {
  const specimen = await Specimen.start({ wasm });
  try {
    const path = `/checkout/${sessionId(0)}`;
    const upgrades = await specimen.ask(path);
    const confirms = await specimen.confirm(sessionId(0));
    const open = await specimen.askAboutOpen(sessionId(1));
    const answers = await specimen.ask(path);
    const refuses = await specimen.ask('/checkout/nonsense');
    const preflight = await specimen.ask(path, 'OPTIONS');
    expectAnswers({ upgrades, answers, refuses, preflight });
    return [
      { name: 'init', value: specimen.initInstructions, unit: 'instructions' },
      ...rows('query that upgrades, raw host', upgrades),
      ...rows('query that answers, raw host', answers),
      ...rows('query that refuses an id (400)', refuses),
      ...rows('query that answers a preflight', preflight),
      ...rows('update that asks Stripe, with nothing to certify', open),
      ...rows('update that confirms', confirms),
    ];
  } finally {
    await specimen.close();
  }
}

function rows(name: string, { instructions, replyBytes }: Asked): Measurement[] {
  return [
    { name, value: instructions, unit: 'instructions' },
    { name: `${name}: reply`, value: replyBytes, unit: 'bytes' },
  ];
}

/** A canister that answers otherwise would be measured at something else than the names say. */
function expectAnswers(asked: Record<'upgrades' | 'answers' | 'refuses' | 'preflight', Asked>): void {
  const found = Object.entries(asked).map(([name, { answer }]) => `${name} ${answer.upgrade ? 'upgrade' : answer.status}`).join(', ');
  if (found !== 'upgrades upgrade, answers 200, refuses 400, preflight 204') throw new Error(`the canister does not answer as it should: ${found}`);
}
