import { expect, it } from 'vitest';
import { verifiedAddress } from './raw-host.js';
import { CANISTER } from './testing.js';

it.each([
  [`https://${CANISTER}.raw.icp0.io/dashboard?x=1#y`, `https://${CANISTER}.icp0.io/dashboard?x=1#y`],
  [`http://${CANISTER}.raw.localhost:4943/dashboard`, `http://${CANISTER}.localhost:4943/dashboard`],
  [`https://${CANISTER}.icp0.io/dashboard`, undefined],
  ['https://pay.raw.example.com/dashboard', undefined],
  ['https://raw.example.com/dashboard', undefined],
  ['http://localhost:8080/', undefined],
])('the verified address of %s is %s', (href, verified) => {
  expect(verifiedAddress(href)).toBe(verified);
});
