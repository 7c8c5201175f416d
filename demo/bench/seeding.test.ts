import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAnswer } from '../../canister/contract.js';
import { Specimen } from './specimen.js';
import { SEEDED_PAYMENT } from './seed-payment.js';
import { buildSeeder } from './seeding.js';
import { sessionId } from './shopper.js';

const COUNT = 1_001; // more than one message stores
let specimen: Specimen;
beforeAll(async () => {
  const wasm = new Uint8Array(await readFile(new URL('../../dist/stripe_backend.wasm', import.meta.url)));
  specimen = await Specimen.start({ wasm, payments: { seeder: buildSeeder(), count: COUNT } });
}, 180_000); // Azle's build among it
afterAll(() => specimen.close());

it.each([0, 1, COUNT - 1])('payment %i of those seeded is found by the real canister', async (index) => {
  const id = sessionId(index);
  const { answer } = await specimen.ask(`/checkout/${id}`);
  expect(answer.upgrade).toBe(false);
  expect(readAnswer(JSON.parse(Buffer.from(answer.body).toString()))).toEqual({ status: 'paid', payment: { id, ...SEEDED_PAYMENT } });
});

it('no others are', async () => {
  const { answer } = await specimen.ask(`/checkout/${sessionId(COUNT)}`);
  expect(answer.upgrade).toBe(true);
});
