import { describe, expect, it } from 'vitest';
import { canisterOrigin } from './gateway.js';

const ID = 'rrkah-fqaaa-aaaaa-aaaaq-cai';

it.each([
  [undefined, ID, `https://${ID}.icp0.io`],
  ['', ID, `https://${ID}.icp0.io`],
  ['icp0.io', ID, `https://${ID}.icp0.io`],
  ['raw.icp0.io', ID, `https://${ID}.raw.icp0.io`],
  ['https://icp0.io', ID, `https://${ID}.icp0.io`],
  ['https://icp0.io/', ID, `https://${ID}.icp0.io`],
  ['http://localhost:4943', ID, `http://${ID}.localhost:4943`],
  ['http://raw.localhost:4943', ID, `http://${ID}.raw.localhost:4943`],
  [`http://${ID}.localhost:4943`, ID, `http://${ID}.localhost:4943`],
  ['https://pay.example.com', undefined, 'https://pay.example.com'],
  ['https://pay.example.com:8443', '', 'https://pay.example.com:8443'],
  [`http://${ID}.localhost:4943`, undefined, `http://${ID}.localhost:4943`],
  ['http://127.0.0.1:4943', undefined, 'http://127.0.0.1:4943'],
])('gateway %s with canister %s is %s', (gateway, id, origin) => {
  expect(canisterOrigin(gateway, id)).toBe(origin);
});

describe('refuses', () => {
  it.each([
    [undefined, undefined, 'canister_id_missing'],
    ['icp0.io', '', 'canister_id_missing'],
    ['pay.example.com', undefined, 'canister_id_missing'],
    [undefined, 'rrkah', 'canister_id_invalid'],
    [undefined, ID.toUpperCase(), 'canister_id_invalid'],
    [undefined, `${ID}.evil.com/`, 'canister_id_invalid'],
    [undefined, 'rrkah-fqaaa-aaaaa-aaaaq-cai1', 'canister_id_invalid'],
    [undefined, 'rrkah-fqaaa-aaaaa-aaaaq-cai\n', 'canister_id_invalid'],
    ['http://icp0.io', ID, 'gateway_invalid'],
    ['http://localhost.evil.com', ID, 'gateway_invalid'],
    ['https://me@icp0.io', ID, 'gateway_invalid'],
    ['https://me:secret@pay.example.com', undefined, 'gateway_invalid'],
    ['https://pay.example.com/path', undefined, 'gateway_invalid'],
    ['https://pay.example.com?x', undefined, 'gateway_invalid'],
    ['icp0.io/path', ID, 'gateway_invalid'],
    ['icp0.io#', ID, 'gateway_invalid'],
    ['javascript://icp0.io', ID, 'gateway_invalid'],
    ['ftp://icp0.io', ID, 'gateway_invalid'],
    ['http://127.0.0.1:4943', ID, 'gateway_invalid'], // an IP address has no subdomains
  ])('gateway %s with canister %s: %s', (gateway, id, problem) => {
    expect(() => canisterOrigin(gateway, id)).toThrow(expect.objectContaining({ problem }));
  });
});
