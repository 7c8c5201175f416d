/** What it takes that final answers are certified, once as many are kept as ever are. */
import type { Measurement } from './measurement.js';
import { mean } from './measurement.js';
import { sessionId } from './shopper.js';
import { Specimen } from './specimen.js';

/** How deep an answer lies in the tree differs. */
const SAMPLES = 20;

/** @param wasm the canister, instrumented */
export async function measureCertified(wasm: Uint8Array): Promise<Measurement[]> {
  const specimen = await Specimen.start({ wasm });
  try {
    await specimen.fillCertified(0);
    const confirms: number[] = [];
    const answers: number[] = [];
    const replies: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const id = sessionId(1_000 + sample);
      confirms.push((await specimen.confirm(id)).instructions);
      const { answer, instructions, replyBytes } = await specimen.askCertified(`/checkout/${id}`);
      if (answer.upgrade || answer.status !== 200) throw new Error('a final answer is not certified');
      answers.push(instructions);
      replies.push(replyBytes);
      await specimen.ic.advanceTime(1_000);
    }
    const script = await specimen.askCertified('/ic-stripe-pay.js');
    if (script.answer.status !== 200) throw new Error('the script is not served');
    return [
      { name: 'query for the script', value: script.instructions, unit: 'instructions' },
      { name: 'query for the script: reply', value: script.replyBytes, unit: 'bytes' },
      { name: 'certified query', value: mean(answers), unit: 'instructions' },
      { name: 'certified query: reply', value: mean(replies), unit: 'bytes' },
      { name: 'update that confirms, all certified answers kept', value: mean(confirms), unit: 'instructions' },
    ];
  } finally {
    await specimen.close();
  }
}
