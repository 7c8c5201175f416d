import { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, headerOf } from './answer.js';
import { AnswerCache } from './cache.js';
import type { CanisterHttpRequest } from './candid.js';

const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');

let now: bigint;
let asked: number;
let cache: AnswerCache;
beforeEach(() => {
  now = 1_800_000_000_000_000_000n;
  asked = 0;
  cache = new AnswerCache(10, () => now);
});
const advance = (seconds: number) => {
  now += BigInt(seconds) * 1_000_000_000n;
};

interface Asked extends Partial<CanisterHttpRequest> {
  authority?: string;
  canister?: Principal;
}
/** Answers with the number of the request that it answers, unless told otherwise. */
function ask({ authority = 'host', canister = CANISTER, ...request }: Asked = {}, given: Partial<Answer> = {}): Promise<Answer> {
  return cache.through({ canister, raw: false }, { method: 'GET', url: '/', headers: [], body: new Uint8Array(), ...request }, authority, () => {
    asked += 1;
    return Promise.resolve({ status: 200, headers: [], body: Buffer.from(String(asked)), ...given });
  });
}
const text = (answer: Answer) => Buffer.from(answer.body).toString();
const withControl = (value: string): Partial<Answer> => ({ headers: [['Cache-Control', value]] });

test('an answer is kept for 10 seconds', async () => {
  expect(text(await ask())).toBe('1');
  advance(9);
  expect(text(await ask())).toBe('1');
  advance(1);
  expect(text(await ask())).toBe('2');
});

test('it tells for how long it is kept', async () => {
  expect(headerOf(await ask(), 'x-cache-ttl')).toBe('10');
  advance(3);
  const kept = await ask({}, { headers: [['X-Cache-TTL', 'mine']] });
  expect(kept.headers).toEqual([['x-cache-ttl', '7']]);
});

test.each(['no-store', 'no-cache', 'max-age=0', 'private, no-store', 'max-age=never, no-cache'])('not with cache-control: %s', async (control) => {
  expect(headerOf(await ask({}, withControl(control)), 'x-cache-ttl')).toBeUndefined();
  expect(text(await ask({}, withControl(control)))).toBe('2');
});

test.each([
  ['private', 10],
  ['public, max-age=60', 60],
  ['max-age=2, no-store', 2],
  ['max-age=999999999999', 86_400],
  ['max-age=-1', 10],
  ['nonsense=', 10],
])('with cache-control: %s for %i seconds', async (control, seconds) => {
  await ask({}, withControl(control));
  advance(seconds - 1);
  expect(text(await ask())).toBe('1');
  advance(1);
  expect(text(await ask())).toBe('2');
});

test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'get'])('never for %s', async (method) => {
  await ask({ method });
  expect(text(await ask({ method }))).toBe('2');
  expect(text(await ask())).toBe('3');
});

test.each([301, 304, 400, 404, 429, 500, 503])('never with status %i', async (status) => {
  await ask({}, { status });
  expect(text(await ask())).toBe('2');
});

test('a failure is not kept, either', async () => {
  await expect(cache.through({ canister: CANISTER, raw: false }, { method: 'GET', url: '/', headers: [], body: new Uint8Array() }, 'host', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text(await ask())).toBe('1');
});

test.each<[string, Asked]>([
  ['authority', { authority: 'other' }],
  ['path', { url: '/other' }],
  ['query', { url: '/?other' }],
  ['range', { headers: [['range', 'bytes=0-1']] }],
  ['canister', { canister: Principal.anonymous() }],
])('only for the same %s', async (_what, other) => {
  await ask();
  expect(text(await ask(other))).toBe('2');
  expect(text(await ask(other))).toBe('2');
  expect(text(await ask())).toBe('1');
});

test('whatever the other headers, the hazard of an answer that depends on them', async () => {
  await ask({ headers: [['origin', 'https://a.test'], ['cookie', 'a']] });
  expect(text(await ask({ headers: [['origin', 'https://b.test'], ['cookie', 'b']] }))).toBe('1');
});

test('0 seconds turn it off', async () => {
  cache = new AnswerCache(0, () => now);
  expect((await ask()).headers).toEqual([]);
  expect(text(await ask())).toBe('2');
});

describe('size', () => {
  const large: Partial<Answer> = { body: new Uint8Array(9_000_000) };

  test('the oldest make place', async () => {
    for (let index = 0; index < 8; index++) await ask({ url: `/${index}` }, large);
    expect(asked).toBe(8); // 72 MB, of 64 at most
    for (let index = 1; index < 8; index++) await ask({ url: `/${index}` });
    expect(asked).toBe(8);
    await ask({ url: '/0' });
    expect(asked).toBe(9);
  });

  test('what has been replaced no longer counts', async () => {
    for (let round = 0; round < 20; round++) {
      await ask({ url: '/again' }, large);
      advance(10);
    }
    for (let index = 0; index < 7; index++) await ask({ url: `/${index}` }, large);
    for (let index = 0; index < 7; index++) await ask({ url: `/${index}` });
    expect(asked).toBe(27);
  });

  test('a body of more than 10 MB is not kept', async () => {
    expect(headerOf(await ask({}, { body: new Uint8Array(10_000_001) }), 'x-cache-ttl')).toBeUndefined();
    expect(text(await ask())).toBe('2');
  });
});
