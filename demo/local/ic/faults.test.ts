import { Principal } from '@dfinity/principal';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { FAULT_FLAGS, LocalIc, type LocalIcOptions, readFaults, RejectCode } from './index.js';
import { outcallArgument, TestServer } from './testing/outcalls.js';
import { callThrough, type ProxyAnswer, proxyArgument, proxyCanister } from './testing/proxy-canister.js';
import { canister, i32, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

const KEEPER = `
  (global $kept (mut i32) (i32.const 0))
  (func (export "canister_update keep") (global.set $kept (call $arg_i32)) (call $reply_i32 (i32.const 0)))
  (func (export "canister_query recall") (call $reply_i32 (global.get $kept)))
  (func (export "canister_query now") (call $reply_i64 (call $time)))`;

let ic: LocalIc;
let id: Principal;
let server: TestServer | undefined;
afterEach(async () => {
  await ic.close();
  await server?.close();
  server = undefined;
});

async function start(options: LocalIcOptions = {}): Promise<void> {
  ic = new LocalIc(options);
  id = ic.createCanister();
  await ic.install(id, proxyCanister(KEEPER), NO_ARGUMENT);
}

/** Starts with a server that outcalls are made to. */
async function startWithServer(options: LocalIcOptions = {}, answer: RequestListener = (_request, response) => response.end('fine')): Promise<void> {
  server = await TestServer.start(answer);
  await start({ outcallHosts: { 'api.test': server.url }, ...options });
}
const CYCLES = 1_000_000_000n;
const call = { callee: Principal.managementCanister(), method: 'http_request', payload: outcallArgument({ url: 'https://api.test/', maxResponseBytes: 1_000n }), cycles: CYCLES };
const outcall = (): Promise<ProxyAnswer> => callThrough(ic, id, call);
/** Lets time pass, a minute at a time, until what is awaited is there. */
async function passing<T>(awaited: Promise<T>): Promise<T> {
  let done = false;
  const end = awaited.finally(() => (done = true));
  while (!done) {
    await ic.advanceTime(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return end;
}
const recall = async () => readI32(await ic.query(id, 'recall', NO_ARGUMENT));

describe('a delay per round', () => {
  test('holds up updates, not queries', async () => {
    await start({ faults: { roundMs: 60_000 } });
    let ended = false;
    const kept = ic.update(id, 'keep', i32(7)).then(() => (ended = true));
    const before = ic.now();
    expect(await recall()).toBe(0);
    expect(ended).toBe(false);
    await ic.advanceTime(60_000);
    await kept;
    expect(await recall()).toBe(7);
    expect(Number((ic.now() - before) / 1_000_000n)).toBeLessThan(70_000);
  });

  test('that outlives a call keeps it from being executed', async () => {
    await start({ faults: { roundMs: 60_000 } });
    const call = { canister: id, method: 'keep', argument: i32(7), sender: Principal.anonymous(), expiry: ic.now() + 30_000_000_000n };
    const { response } = await ic.submit(call, () => undefined);
    await ic.advanceTime(60_000);
    expect(await response).toMatchObject({ kind: 'reject', code: RejectCode.SysTransient, message: expect.stringContaining('expired') as string });
    expect(await recall()).toBe(0);
  });

  test('holds up the answer of an outcall once more', async () => {
    let release: (() => void) | undefined;
    await startWithServer({ faults: { roundMs: 60_000 } }, (_request, response) => {
      release = () => response.end('fine');
    });
    let ended = false;
    const answered = outcall().finally(() => (ended = true));
    await expect.poll(() => ic.advanceTime(60_000).then(() => release)).toBeDefined();
    release?.();
    expect(ended).toBe(false);
    expect(await passing(answered)).toMatchObject({ code: 0 });
  });

  test('does not keep the local IC from closing', async () => {
    await start({ faults: { roundMs: 600_000 } });
    const kept = ic.update(id, 'keep', i32(7)).catch((error: unknown) => error);
    await ic.close();
    await kept;
  });
});

describe('outcalls', () => {
  test('that are lost end when the subnet gives up, and are paid for', async () => {
    await startWithServer({ faults: { outcallLoss: 1 } });
    expect(await passing(outcall())).toMatchObject({ code: RejectCode.SysTransient, message: 'Canister http request timed out' });
    expect(ic.expenses(id).outcalls).toBeGreaterThan(49_000_000n);
    ic.faults.outcallLoss = 0;
    expect(await outcall()).toMatchObject({ code: 0 });
  });

  test('are lost in the same places with the same seed', async () => {
    const losses = async (seed: string): Promise<string> => {
      await startWithServer({ seed, faults: { outcallLoss: 0.5 } });
      let pattern = '';
      for (let turn = 0; turn < 24; turn += 1) pattern += (await passing(outcall())).code === 0 ? '.' : 'x';
      await ic.close();
      await server?.close();
      return pattern;
    };
    const [one, again, other] = [await losses('one'), await losses('one'), await losses('another')];
    expect(one).toContain('x');
    expect(one).toContain('.');
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test.each([[1, 0], [2, RejectCode.SysTransient]])('with %i of 4 nodes that disagree', async (disagreeingNodes, code) => {
    await startWithServer({ nodes: 4, faults: { disagreeingNodes } });
    expect((await outcall()).code).toBe(code);
  });

  test('during which the clock jumps', async () => {
    await startWithServer();
    ic.faults.clockJumpMs = 3_600_000;
    const before = readI64(await ic.query(id, 'now', NO_ARGUMENT));
    expect(await outcall()).toMatchObject({ code: 0 });
    const after = readI64(await ic.query(id, 'now', NO_ARGUMENT));
    expect(after - before).toBeGreaterThan(3_600_000_000_000n);
    expect(ic.faults.clockJumpMs).toBe(0); // once
  });
});

test('a node that lags behind answers queries from a state gone by, stable memory and time included', async () => {
  await start({ faults: { queryLagMs: 10_000 } });
  await ic.update(id, 'keep', i32(1));
  expect(await recall()).toBe(1);
  const then = readI64(await ic.query(id, 'now', NO_ARGUMENT));
  await ic.update(id, 'keep', i32(2));
  await ic.advanceTime(5_000);
  expect([await recall(), readI64(await ic.query(id, 'now', NO_ARGUMENT))]).toEqual([1, then]);
  await ic.advanceTime(6_000);
  expect(await recall()).toBe(2);
  await ic.update(id, 'keep', i32(3));
  ic.faults.queryLagMs = 0;
  expect(await recall()).toBe(3);
});

test('an upgrade that traps is rolled back whole', async () => {
  await start({ faults: { trapUpgrades: true } });
  await ic.update(id, 'keep', i32(7));
  await expect(ic.upgrade(id, canister('(func (export "canister_post_upgrade") (drop (call $stable64_grow (i64.const 1))))'), NO_ARGUMENT)).rejects.toThrow('a fault was asked for');
  expect([await recall(), ic.stableMemory(id).length]).toEqual([7, 0]);
});

test('stopping at once lets the answer of a call come after the upgrade', async () => {
  let release: (() => void) | undefined;
  await startWithServer({ faults: { stopAtOnce: true } }, (_request, response) => {
    release = () => response.end('late');
  });
  const { response } = await ic.submit({ canister: id, method: 'call', argument: proxyArgument(call), sender: Principal.anonymous() }, () => undefined);
  await expect.poll(() => release).toBeDefined();
  await ic.upgrade(id, canister('(table 2 funcref) (elem (i32.const 1) $new) (func $new (param i32) (call $reply_i32 (i32.const 77)))'), NO_ARGUMENT);
  release?.();
  expect(await response).toMatchObject({ kind: 'reply', data: i32(77) });
});

describe('flags', () => {
  test('name every fault', () => {
    expect(FAULT_FLAGS).toEqual(['round-ms', 'outcall-loss', 'disagreeing-nodes', 'query-lag-ms', 'trap-upgrades', 'stop-at-once', 'clock-jump-ms']);
    expect(readFaults(['round-ms=2000', 'outcall-loss=0.25', 'trap-upgrades'])).toEqual({ roundMs: 2_000, outcallLoss: 0.25, trapUpgrades: true });
    expect(readFaults([])).toEqual({});
  });

  test.each([
    ['rounds=1', 'There is no fault "rounds"; there are round-ms'],
    ['toString=1', 'There is no fault "toString"'],
    ['round-ms', 'takes a number from 0 to 600000'],
    ['round-ms=', 'takes a number'],
    ['round-ms=1.5', 'takes a number'],
    ['round-ms=-1', 'takes a number'],
    ['outcall-loss=1.1', 'takes a number from 0 to 1'],
    ['stop-at-once=yes', 'takes no value'],
  ])('%s is a mistake that is explained', (flag, message) => {
    expect(() => readFaults([flag])).toThrow(message);
  });
});
