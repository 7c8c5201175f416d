import { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import { reject, RejectCode, type Response } from '../reject.js';
import { type HistoryLimits, IngressHistory, type NewRequest } from './ingress-history.js';

const MINUTE = 60_000_000_000n;
const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const reply = (size = 1): Response => ({ kind: 'reply', data: new Uint8Array(size) });

let now: bigint;
beforeEach(() => {
  now = 100n * MINUTE;
});

const history = (limits?: HistoryLimits) => new IngressHistory(() => now, limits);
const request = (index = 0, expiry = now + 4n * MINUTE): NewRequest =>
  ({ id: new Uint8Array(32).fill(index), sender: Principal.anonymous(), canister: CANISTER, effectiveCanister: CANISTER, expiry });
const answered = (response: Response) => () => Promise.resolve({ response: Promise.resolve(response) });

/** A call that is answered, or processed, when the test says so. */
function open() {
  let answer: (response: Response) => void = () => undefined;
  let process: () => void = () => undefined;
  const response = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  return {
    submit: (onProcessing: () => void) => {
      process = onProcessing;
      return Promise.resolve({ response });
    },
    answer: (value: Response) => {
      answer(value);
    },
    process: () => {
      process();
    },
  };
}

describe('a call', () => {
  test('is received, processed, and replied to', async () => {
    const calls = history();
    const { submit, answer, process } = open();
    const known = await calls.letIn(request(), submit);
    expect(known.state.result).toEqual({ status: 'received' });
    process();
    expect(known.state.result).toEqual({ status: 'processing' });
    const processing = known.state;
    expect(calls.states()[0]).toBe(processing);
    answer(reply());
    await known.ended;
    expect(known.state.result).toEqual({ status: 'replied', reply: new Uint8Array(1) });
    expect(known.state).not.toBe(processing);
  });

  test('can be rejected, and even fail', async () => {
    const calls = history();
    const rejected = await calls.letIn(request(0), answered(reject(RejectCode.CanisterError, 'no')));
    await rejected.ended;
    expect(rejected.state.result).toEqual({ status: 'rejected', code: 5, message: 'no' });
    const failed = await calls.letIn(request(1), () => Promise.resolve({ response: Promise.reject(new Error('broken')) }));
    await failed.ended;
    expect(failed.state.result).toEqual({ status: 'rejected', code: 1, message: 'The local IC failed: Error: broken' });
  });

  test('is unknown until it has been let in, but never submitted twice', async () => {
    const calls = history();
    let submitted = 0;
    let admit: () => void = () => undefined;
    const inspected = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const submit = async () => {
      submitted += 1;
      await inspected;
      return { response: Promise.resolve(reply()) };
    };
    const both = [calls.letIn(request(), submit), calls.letIn(request(), submit)];
    expect(calls.find(request().id)).toBeUndefined();
    admit();
    const [one, two] = await Promise.all(both);
    expect(one).toBe(two);
    expect(await calls.letIn(request(), submit)).toBe(one);
    expect(submitted).toBe(1);
  });

  test('that is not let in stays unknown', async () => {
    const calls = history();
    await expect(calls.letIn(request(), () => Promise.reject(new Error('not wanted')))).rejects.toThrow('not wanted');
    expect(calls.states()).toEqual([]);
    await calls.letIn(request(), answered(reply()));
    expect(calls.states()).toHaveLength(1);
  });
});

describe('is forgotten', () => {
  test('five minutes after its expiry', async () => {
    const calls = history();
    await (await calls.letIn(request(), answered(reply()))).ended;
    now += 9n * MINUTE;
    expect(calls.find(request().id)).toBeDefined();
    now += 1n;
    expect(calls.find(request().id)).toBeUndefined();
  });

  test('or five minutes after a response that came later', async () => {
    const calls = history();
    const { submit, answer } = open();
    const { id } = request();
    const known = await calls.letIn(request(), submit);
    now += 60n * MINUTE;
    expect(calls.find(id)).toBe(known);
    answer(reply());
    await known.ended;
    now += 5n * MINUTE;
    expect(calls.find(id)).toBe(known);
    now += 1n;
    expect(calls.states()).toEqual([]);
  });
});

describe('has limits', () => {
  test('beyond which responses are dropped, oldest first, but not their calls', async () => {
    const calls = history({ maxBytes: 10, maxRequests: 100 });
    for (const [index, response] of [reply(4), reject(RejectCode.CanisterReject, 'four'), reply(4), reply(3)].entries()) await (await calls.letIn(request(index), answered(response))).ended;
    expect(calls.states().map(({ result: { status } }) => status)).toEqual(['done', 'done', 'replied', 'replied']);
    await (await calls.letIn(request(9), answered(reply(11)))).ended;
    expect(calls.states().map(({ result: { status } }) => status)).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  test('and makes room when it forgets', async () => {
    const calls = history({ maxBytes: 10, maxRequests: 100 });
    await (await calls.letIn(request(0), answered(reply(8)))).ended;
    now += 20n * MINUTE;
    const known = await calls.letIn(request(1), answered(reply(8)));
    await known.ended;
    expect(known.state.result.status).toBe('replied');
  });

  test('beyond which no call is let in', async () => {
    const calls = history({ maxBytes: 10, maxRequests: 2 });
    await calls.letIn(request(0), open().submit);
    await calls.letIn(request(1), answered(reply()));
    await expect(calls.letIn(request(2), answered(reply()))).rejects.toMatchObject({ status: 503, message: expect.stringContaining('Service is overloaded') as string });
    expect((await calls.letIn(request(1), answered(reply()))).id).toEqual(request(1).id);
    now += 20n * MINUTE;
    await calls.letIn(request(2), answered(reply()));
    expect(calls.states()).toHaveLength(2);
  });
});
