import { describe, expect, it } from 'vitest';
import { interpret, interpretList, outcomeOfReject, reduceAnswer } from './answer.js';

const ID = 'cs_test_a1b2';
const session = { object: 'checkout.session', id: ID, created: 1, livemode: false, mode: 'payment', payment_status: 'paid', status: 'complete' };
const error = (type: string, code?: string, message = 'Invalid API Key provided: rk_test_****abcd') => ({ error: { type, code, message, param: 'id' } });
const outcome = (status: number, body: unknown) => interpret(ID, reduceAnswer(status, typeof body === 'string' ? body : JSON.stringify(body, null, 2)));
const told = (reason: string) => ({ kind: 'unavailable', reason });

describe("what Stripe's answers mean", () => {
  it('a session', () => {
    expect(outcome(200, session)).toMatchObject({ kind: 'session', session: { id: ID, payment_status: 'paid' } });
  });

  it.each([
    ['an unknown id', 404, error('invalid_request_error', 'resource_missing'), { kind: 'not_found' }],
    ['an unknown id, through a proxy that says 200', 200, error('invalid_request_error', 'resource_missing'), { kind: 'not_found' }],
    ['a malformed id', 400, error('invalid_request_error', undefined, `Invalid checkout.session id: ${ID}`), { kind: 'not_found' }],
    ['a malformed id, as 404', 404, error('invalid_request_error', undefined, `No such checkout.session: '${ID}'`), { kind: 'not_found' }],
    ['a version that Stripe has dropped', 400, error('invalid_request_error', undefined, 'Invalid Stripe API version: 2026'), told('stripe_error')],
    ["a proxy's wrong path", 404, error('invalid_request_error', undefined, `Unrecognized request URL (GET: /x/v1/checkout/sessions/${ID}).`), told('stripe_error')],
    ['a bad key', 401, error('invalid_request_error'), told('misconfigured')],
    ['an expired key', 401, error('invalid_request_error', 'api_key_expired'), told('misconfigured')],
    ['an expired key, through a proxy that says 200', 200, error('invalid_request_error', 'api_key_expired'), told('misconfigured')],
    ['a missing permission', 403, error('invalid_request_error', 'more_permissions_required'), told('misconfigured')],
    ['too many requests', 429, error('invalid_request_error', 'rate_limit'), told('rate_limited')],
    ['a lock', 429, error('invalid_request_error', 'lock_timeout'), told('rate_limited')],
    ['too many requests, through a proxy that says 200', 200, error('invalid_request_error', 'rate_limit'), told('rate_limited')],
    ['too many requests, as HTML', 429, '<html>', told('rate_limited')],
    ["Stripe's fault", 500, error('api_error'), told('stripe_error')],
    ["Stripe's fault, as HTML", 503, '<html>', told('stripe_error')],
    ['HTML under 200', 200, '<!doctype html>', told('stripe_error')],
    ['nothing', 200, '', told('stripe_error')],
    ['null', 200, 'null', told('stripe_error')],
    ['a redirect', 302, '', told('stripe_error')],
    ['an error that is not one', 200, { error: 'no' }, told('stripe_error')],
    ['a bad key, through a proxy that says 200', 200, error('invalid_request_error'), told('misconfigured')],
    ['another error without a code, through a proxy that says 200', 200, error('invalid_request_error', undefined, 'No'), told('stripe_error')],
    ['a page that is not there', 404, 'Not Found', told('stripe_error')],
    ["another session's body", 200, { ...session, id: 'cs_test_other' }, told('stripe_error')],
    ['a body without its id', 200, { ...session, id: undefined }, told('stripe_error')],
    ['a list of sessions', 200, { object: 'list', data: [session] }, told('stripe_error')],
  ])('%s', (_, status, body, expected) => {
    expect(outcome(status, body)).toEqual(expected);
  });

  it('what the transform did not write is no answer', () => {
    for (const reduced of ['', 'null', '[]', '{"session":5}', '<html>']) expect(interpret(ID, reduced)).toEqual(told('stripe_error'));
  });
});

describe('the transform', () => {
  it("keeps nothing of an error's message, which may quote the key", () => {
    expect(reduceAnswer(401, JSON.stringify(error('invalid_request_error')))).toBe('{"http_status":401,"error":{"type":"invalid_request_error","param":"id","about_key":true}}');
    expect(reduceAnswer(401, JSON.stringify(error('Invalid rk_test_', 'rk_test_1')))).toBe('{"http_status":401,"error":{"param":"id","about_key":true}}');
  });

  it('makes the same of answers that differ in what is not kept', () => {
    const one = reduceAnswer(200, JSON.stringify({ ...session, customer_details: { name: 'A' }, metadata: { a: 1 } }, null, 2));
    const other = reduceAnswer(200, JSON.stringify({ url: null, ...session }));
    expect(one).toBe(other);
    expect(reduceAnswer(500, '{"request_id":"req_1"}')).toBe(reduceAnswer(500, '<html>'));
  });

  it('keeps its footing where UTF-8 is read as Latin-1', () => {
    const text = JSON.stringify({ ...session, customer_details: { name: 'Jürgen "😀" \u2028 ≥' } });
    const asLatin1 = Buffer.from(text, 'utf8').toString('latin1');
    expect(reduceAnswer(200, asLatin1)).toBe(reduceAnswer(200, JSON.stringify(session)));
  });
});

describe('rejected outcalls', () => {
  const rejected = (rejectMessage: string, rejectCode = 2) => ({ type: 'CallRejected', rejectCode, rejectMessage });

  it.each([
    ['Http body exceeds size limit of 8192 bytes.', 'too_large'],
    ['Header size exceeds specified response size limit 8192', 'too_large'],
    ['Transformed http response exceeds limit: 8192', 'too_large'],
    ['No consensus could be reached. Replicas had different responses.', 'stripe_unreachable'],
    ['Timeout expired', 'stripe_unreachable'],
    ['Canister http request timed out', 'stripe_unreachable'],
    ['Error(s) while connecting to the server', 'stripe_unreachable'],
  ])('%s', (message, reason) => {
    expect(outcomeOfReject(rejected(message))).toEqual(told(reason));
  });

  it('for want of cycles', () => {
    expect(outcomeOfReject({ type: 'InsufficientLiquidCycleBalance', available: 0n, required: 1n })).toEqual(told('low_cycles'));
  });

  it('a cleanup is no answer, nor is a mistake of our own', () => {
    const cleanup = { type: 'CleanupCallback', rejectCode: 10_001, rejectMessage: 'executing within cleanup callback' };
    expect(() => outcomeOfReject(cleanup)).toThrow();
    expect(() => outcomeOfReject(new TypeError('bug'))).toThrow(TypeError);
  });
});

describe('what an answer to a list means', () => {
  const listed = (status: number, body: unknown) => interpretList(reduceAnswer(status, typeof body === 'string' ? body : JSON.stringify(body)));
  const list = (...data: unknown[]) => ({ object: 'list', url: '/v1/checkout/sessions', has_more: false, data });

  it('its sessions, and nothing else that is in it', () => {
    const other = { ...session, id: 'cs_test_a2', customer_details: { email: 'jenny@example.com' } };
    const reduced = reduceAnswer(200, JSON.stringify(list(session, { object: 'charge', id: 'ch_1' }, null, other)));
    expect(reduced).not.toContain('jenny');
    expect(interpretList(reduced)).toMatchObject({ kind: 'list', sessions: [{ id: ID }, { id: 'cs_test_a2' }] });
    expect(listed(200, list())).toEqual({ kind: 'list', sessions: [], has_more: false });
  });

  it.each([
    ['an error', 429, error('invalid_request_error', 'rate_limit'), told('rate_limited')],
    ['a bad key', 401, error('invalid_request_error'), told('misconfigured')],
    ['what is not there', 404, error('invalid_request_error', 'resource_missing'), told('stripe_error')],
    ['one session', 200, session, told('stripe_error')],
    ['HTML', 502, '<html>', told('stripe_error')],
  ])('%s is none', (_what, status, body, expected) => {
    expect(listed(status, body)).toEqual(expected);
  });

  it('no list is taken for a session', () => {
    expect(outcome(200, list(session))).toEqual(told('stripe_error'));
  });
});
