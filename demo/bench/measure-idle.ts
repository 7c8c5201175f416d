/** What a canister costs that nobody uses, on a subnet of 13 nodes. */
import type { Measurement } from './measurement.js';
import { Specimen } from './specimen.js';

/** @param wasm the canister as it would be deployed */
export async function measureIdle(wasm: Uint8Array): Promise<Measurement[]> {
  const specimen = await Specimen.start({ wasm });
  try {
    return [{ name: 'idle canister', value: Number(specimen.ic.idleCyclesPerDay(specimen.canister)), unit: 'cycles a day' }];
  } finally {
    await specimen.close();
  }
}
