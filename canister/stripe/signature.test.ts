import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import { LARGEST_BODY, SIGNATURE_FAULTS, TOLERANCE, checkSignature, webhookKey } from './signature.js';

const NOW = 1_795_561_800;
const SECRET = 'whsec_5f2a8c3b9d7e4f1a0b6c8d2e7f9a3b5c';
const OTHER = 'whsec_0000000000000000000000000000';
const BODY = '{\n  "id": "evt_1",\n  "object": "event",\n  "name": "Zoë “Zo” O’Neill \u{1F6B2}"\n}';

const { webhooks } = new Stripe('sk_test_none');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const key = webhookKey(SECRET);
const other = webhookKey(OTHER);

/** A header by Stripe's own package; of its own secret and scheme where they are given. */
const signed = (payload: string, { timestamp = NOW, secret = SECRET, scheme = 'v1' } = {}) => webhooks.generateTestHeaderString({ payload, secret, timestamp, scheme });
const signatureOf = (header: string) => header.split(',')[1];

/** Whether Stripe's own package takes the webhook for Stripe's, at the second `now`; undefined where it stumbles, as over an empty `v1`. */
function official(payload: string, header: string, now = NOW, secret = SECRET): boolean | undefined {
  try {
    webhooks.constructEvent(payload, header, secret, TOLERANCE, undefined, now * 1000);
    return true;
  } catch (error) {
    return error instanceof Stripe.errors.StripeSignatureVerificationError ? false : undefined;
  }
}

describe("a webhook of Stripe's", () => {
  it('is known by its signature', () => {
    const header = 't=1795561800,v1=ac961848c49e6d00e9cb5c8530af7c42d2926051a3545250b31869415ce244cc';
    expect(signed(BODY)).toBe(header);
    expect(checkSignature(header, bytes(BODY), [key], NOW)).toBeUndefined();
  });

  it('is one whatever the secret of several, the signature of several, and the rest of the header', () => {
    const good = signatureOf(signed(BODY));
    const bad = signatureOf(signed(BODY, { secret: OTHER }));
    const v0 = signatureOf(signed(BODY, { secret: OTHER, scheme: 'v0' }));
    for (const header of [`t=${NOW},${bad},${good}`, `${good},t=${NOW}`, `t=${NOW},${good},${v0},${v0}`, `t=${NOW},v1=00,${good},x,v2=1`]) {
      expect(checkSignature(header, bytes(BODY), [key], NOW)).toBeUndefined();
      expect(official(BODY, header)).toBe(true);
    }
    for (const keys of [[key, other], [other, key]]) expect(checkSignature(signed(BODY), bytes(BODY), keys, NOW)).toBeUndefined();
    expect(checkSignature(`t=${NOW},${bad},${good}`, bytes(BODY), [webhookKey('whsec_3'), other], NOW)).toBeUndefined();
  });

  it('is good for 300 seconds, and from the future', () => {
    for (const [age, fault] of [[-86_400, undefined], [0, undefined], [300, undefined], [301, 'stale_signature']] as const) {
      expect(checkSignature(signed(BODY, { timestamp: NOW - age }), bytes(BODY), [key], NOW)).toBe(fault);
    }
  });

  it('may be large', () => {
    const body = `{"note":"${'x'.repeat(LARGEST_BODY - 11)}"}`;
    expect(checkSignature(signed(body), bytes(body), [key], NOW)).toBeUndefined();
  });
});

describe('what is not', () => {
  const good = signatureOf(signed(BODY));

  it.each([
    ['no header', undefined, 'no_signature'],
    ['an empty one', '', 'no_signature'],
    ['no time', good, 'malformed_signature'],
    ['two times', `t=${NOW},t=${NOW},${good}`, 'malformed_signature'],
    ['a time that is none', `t=${NOW}.5,${good}`, 'malformed_signature'],
    ['a time before 1970', `t=-1,${good}`, 'malformed_signature'],
    ['a time written otherwise than it is signed', `t=0${NOW},${good}`, 'malformed_signature'],
    ['no signature', `t=${NOW}`, 'malformed_signature'],
    ['a signature of another scheme', signed(BODY, { scheme: 'v0' }), 'malformed_signature'],
    ['a signature cut short', signed(BODY).slice(0, -1), 'malformed_signature'],
    ['a signature with more behind it', `${signed(BODY)}0`, 'malformed_signature'],
    ['a signature in capitals', signed(BODY).toUpperCase().replace('T=', 't=').replace('V1=', 'v1='), 'malformed_signature'],
    ['a long header', `${signed(BODY)},${'x'.repeat(1_024)}`, 'malformed_signature'],
    ['an old signature', signed(BODY, { timestamp: NOW - 301 }), 'stale_signature'],
    ['an old signature under a new time', `t=${NOW},${signatureOf(signed(BODY, { timestamp: NOW - 301 }))}`, 'wrong_signature'],
    ["another body's", signed('{}'), 'wrong_signature'],
    ["another secret's", signed(BODY, { secret: OTHER }), 'wrong_signature'],
    ['zeros', `t=${NOW},v1=${'0'.repeat(64)}`, 'wrong_signature'],
  ] as const)('%s', (_, header, fault) => {
    const sign = vi.spyOn(key, 'sign');
    expect(checkSignature(header, bytes(BODY), [key], NOW)).toBe(fault);
    expect(sign).toHaveBeenCalledTimes(fault === 'wrong_signature' ? 1 : 0);
    sign.mockRestore();
  });

  it('is hashed once for each secret, however many signatures there are', () => {
    const spies = [key, other].map((one) => vi.spyOn(one, 'sign'));
    const header = `t=${NOW}${',v1=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'.repeat(14)}`;
    expect(checkSignature(header, bytes(BODY), [key, other], NOW)).toBe('wrong_signature');
    for (const spy of spies) {
      expect(spy).toHaveBeenCalledTimes(1);
      spy.mockRestore();
    }
  });

  it('is too large a body, which is not hashed', () => {
    const body = `{"note":"${'x'.repeat(LARGEST_BODY - 10)}"}`;
    const sign = vi.spyOn(key, 'sign');
    expect(checkSignature(signed(body), bytes(body), [key], NOW)).toBe('body_too_large');
    expect(sign).not.toHaveBeenCalled();
    sign.mockRestore();
  });

  it('is anything where there is no secret, or a blank one, by which anyone could sign', () => {
    expect(checkSignature(signed(BODY), bytes(BODY), [], NOW)).toBe('no_secret');
    for (const blank of ['', ' ', 'whsec_1 ', '\n', 'whsec_é']) expect(() => webhookKey(blank)).toThrow('without spaces');
  });

  it('is a signature in which a single digit is wrong, whichever', () => {
    for (let at = 0; at < 64; at++) {
      const digits = [...good.slice(3)];
      digits[at] = digits[at] === '0' ? '1' : '0';
      expect(checkSignature(`t=${NOW},v1=${digits.join('')}`, bytes(BODY), [key], NOW)).toBe('wrong_signature');
    }
  });

  it('is a body in which a single byte is wrong, missing or added', () => {
    const body = bytes(BODY);
    const header = signed(BODY);
    for (let at = 0; at < body.length; at++) {
      const [before, after] = [body.subarray(0, at), body.subarray(at + 1)];
      for (const tampered of [[...before, body[at] ^ 0x80, ...after], [...before, ...after], [...before, 0, body[at], ...after]]) {
        expect(checkSignature(header, Uint8Array.from(tampered), [key], NOW)).toBe('wrong_signature');
      }
    }
  });

  it('has a fault with a remedy', () => {
    for (const [fault, remedy] of Object.entries(SIGNATURE_FAULTS)) {
      expect(fault).toMatch(/^[a-z_]+$/);
      expect(remedy).toMatch(/^[A-Z].*: .*\.$/);
      expect(remedy).toMatch(/^[ -~…]*$/);
    }
  });
});

describe("beside Stripe's own package", () => {
  const payload = fc.record({ id: fc.constant('evt_1'), object: fc.constant('event'), note: fc.string({ unit: 'binary' }), more: fc.jsonValue() }).map((event) => JSON.stringify(event));
  const secret = fc.string({ minLength: 1, maxLength: 100, unit: fc.constantFrom(...'azAZ09+/=_-') }).map((text) => `whsec_${text}`);

  it('takes what is honest, whatever is in it', () => {
    fc.assert(
      fc.property(payload, secret, fc.nat(TOLERANCE), (body, ownSecret, age) => {
        const header = signed(body, { secret: ownSecret, timestamp: NOW - age });
        expect(checkSignature(header, bytes(body), [webhookKey(ownSecret)], NOW)).toBeUndefined();
        expect(official(body, header, NOW, ownSecret)).toBe(true);
      }),
    );
  });

  it('judges alike where body, time, secret or signatures are another', () => {
    const tampered = fc.record({
      signedBody: payload,
      sentBody: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant('indented') }, { weight: 1, arbitrary: payload }),
      age: fc.oneof(fc.integer({ min: -400, max: 400 }), fc.constantFrom(300, 301)),
      shift: fc.constantFrom(0, 0, 0, 0, 1, -1),
      items: fc.shuffledSubarray(['time', 'good', 'other', 'v0', 'short', 'x=1,', 'v2'], { minLength: 1 }).filter((items) => items.includes('time')),
    });
    let verified = 0;
    fc.assert(
      fc.property(tampered, ({ signedBody, sentBody, age, shift, items }) => {
        const body = sentBody === 'indented' ? JSON.stringify(JSON.parse(signedBody), null, 2) : (sentBody ?? signedBody);
        const timestamp = NOW - age;
        const good = signatureOf(signed(signedBody, { timestamp }));
        const parts: Record<string, string> = { time: `t=${timestamp + shift}`, good, other: signatureOf(signed(signedBody, { timestamp, secret: OTHER })), v0: good.replace('v1', 'v0'), short: good.slice(0, -1) };
        const header = items.map((item) => parts[item] ?? item).join();
        const fault = checkSignature(header, bytes(body), [key], NOW);
        expect(fault === undefined).toBe(official(body, header));
        if (fault === undefined) verified++;
      }),
      { seed: 6, numRuns: 500 },
    );
    expect(verified).toBeGreaterThan(50);
  });

  it('takes no time without a value, which the package reads as none', () => {
    const header = signed(BODY).replace(',', ',t,');
    expect(official(BODY, header)).toBe(false);
    expect(checkSignature(header, bytes(BODY), [key], NOW)).toBe('malformed_signature');
  });

  it('takes no header that the package refuses, wherever a character is another', () => {
    const header = signed(BODY);
    fc.assert(
      fc.property(fc.nat(header.length), fc.nat(2), fc.string({ unit: fc.constantFrom(...'tv01af=,. A'), maxLength: 3 }), (at, cut, text) => {
        const changed = header.slice(0, at) + text + header.slice(at + cut);
        if (checkSignature(changed, bytes(BODY), [key], NOW) === undefined) expect(official(BODY, changed)).not.toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers any header and any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (header, body) => {
        expect(Object.keys(SIGNATURE_FAULTS)).toContain(checkSignature(header, body, [key], NOW));
        expect(Object.keys(SIGNATURE_FAULTS)).toContain(checkSignature(`t=${NOW},v1=${'ab'.repeat(32)}${header}`, body, [key], NOW));
      }),
    );
  });
});
