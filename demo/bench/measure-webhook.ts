/** What Stripe's events take. */
import type { Measurement } from './measurement.js';
import { sessionId } from './shopper.js';
import { Specimen, WEBHOOK_SECRET } from './specimen.js';

/** What SHA-256 takes for a byte is in the budget by the byte; this is the rest. */
const PER_BYTE = 11_000;

/** Metadata as large as Stripe lets it be. */
const FULL_METADATA = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key_${index}`, 'x'.repeat(500)]));

/** @param wasm the canister, instrumented */
export async function measureWebhook(wasm: Uint8Array): Promise<Measurement[]> {
  const specimen = await Specimen.start({ wasm, settings: { webhook_secrets: [[WEBHOOK_SECRET]] } });
  try {
    const usual = await specimen.tell(sessionId(0));
    const large = await specimen.tell(sessionId(1), FULL_METADATA);
    return [
      { name: 'webhook', value: usual.instructions, unit: 'instructions' },
      { name: 'webhook: event', value: usual.eventBytes, unit: 'bytes' },
      { name: 'webhook, beyond 11 k a byte', value: usual.instructions - PER_BYTE * usual.eventBytes, unit: 'instructions' },
      { name: 'webhook with full metadata', value: large.instructions, unit: 'instructions' },
      { name: 'webhook with full metadata: event', value: large.eventBytes, unit: 'bytes' },
      { name: 'webhook with full metadata, beyond 11 k a byte', value: large.instructions - PER_BYTE * large.eventBytes, unit: 'instructions' },
    ];
  } finally {
    await specimen.close();
  }
}
