import { Cbor, type Certificate, type Identity, lookup_path, LookupPathStatus } from '@dfinity/agent';
import { ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { call, encode, envelope, type Fields, idOf, minutes, NOWHERE, post, readState, serve, TestSubnet, url } from './testing.js';

let subnet: TestSubnet;
let server: Listening;
let me: Identity;
beforeEach(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
  me = Ed25519KeyIdentity.generate();
});
afterEach(() => server.close());

const anonymous = (content: Fields) => envelope(content);
const signed = (content: Fields) => envelope(content, me);

describe('a call', () => {
  const outcome = async (content: Fields) => {
    const { map } = await post(server, url('read_state', 3), await anonymous(readState(subnet, [['request_status', idOf(content)]])));
    return statusIn(map.certificate, content);
  };
  function statusIn(certificate: unknown, content: Fields): string | undefined {
    const { tree } = Cbor.decode<Certificate['cert']>(certificate as Uint8Array);
    const found = lookup_path([Buffer.from('request_status'), idOf(content), Buffer.from('status')], tree);
    return found.status === LookupPathStatus.Found ? Buffer.from(found.value).toString() : undefined;
  }
  const unwanted = { reject_code: 4, reject_message: 'the canister rejected the message' };

  test('by v2 is accepted at once, or rejected', async () => {
    const content = call(subnet, { method_name: 'wait' });
    const { status, bytes } = await post(server, url('call', 2), await anonymous(content));
    expect([status, bytes.length]).toEqual([202, 0]);
    expect(await outcome(content)).toBe('received');
    subnet.release();
    await expect.poll(() => outcome(content)).toBe('replied');
    const rejected = await post(server, url('call', 2), await anonymous(call(subnet, { method_name: 'unwanted' })));
    expect(rejected.map).toEqual(unwanted);
  });

  test.each([3, 4])('by v%i brings the certificate', async (version) => {
    const content = call(subnet);
    const { status, map } = await post(server, url('call', version), await anonymous(content));
    expect([status, map.status, statusIn(map.certificate, content)]).toEqual([200, 'replied', 'replied']);
    const failing = call(subnet, { method_name: 'fail' });
    expect(statusIn((await post(server, url('call', version), await anonymous(failing))).map.certificate, failing)).toBe('rejected');
    const rejected = await post(server, url('call', version), await anonymous(call(subnet, { method_name: 'unwanted' })));
    expect(rejected.map).toEqual({ status: 'non_replicated_rejection', ...unwanted });
  });

  test.each([[3, true], [4, false]])('by v%i gets canister ranges in the old place: %s', async (version, old) => {
    const { map } = await post(server, url('call', version), await anonymous(call(subnet)));
    expect(rangesIn(map.certificate)).toEqual({ flat: old, sharded: !old });
  });

  test('is not waited for longer than it takes', async () => {
    const hasty = await serve(subnet, { callTimeoutMs: 1 });
    try {
      const { status, bytes } = await post(hasty, url('call', 4), await anonymous(call(subnet, { method_name: 'wait' })));
      expect([status, bytes.length]).toEqual([202, 0]);
    } finally {
      await hasty.close();
    }
  });

  test('that is sent again is not executed again', async () => {
    const identity = await ECDSAKeyIdentity.generate();
    const content = call(subnet);
    const first = await envelope(content, identity);
    const again = await envelope(content, identity);
    expect(again.sender_sig).not.toEqual(first.sender_sig); // the same request, signed anew
    for (const body of [first, first, again]) {
      for (const version of [3, 2, 4]) expect((await post(server, url('call', version), body)).status).toBe(version === 2 ? 202 : 200);
    }
    expect(subnet.count).toBe(1);
    expect(subnet.inspected).toBe(1);
    await post(server, url('call', 3), await envelope({ ...content, nonce: Uint8Array.of(1) }, identity));
    expect(subnet.count).toBe(2);
  });

  test('that is sent many times at once is executed once', async () => {
    const body = encode(await signed(call(subnet)));
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => post(server, url('call', 2 + (index % 3)), body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(6).fill(200), ...Array<number>(4).fill(202)]);
    expect([subnet.count, subnet.inspected]).toEqual([1, 1]);
  });

  test('that was not let in can be sent again', async () => {
    const body = await signed(call(subnet, { method_name: 'unwanted' }));
    for (let times = 0; times < 2; times += 1) expect((await post(server, url('call', 3), body)).map.status).toBe('non_replicated_rejection');
    expect([subnet.count, subnet.inspected]).toEqual([0, 2]);
  });

  test('of a canister that there is not is rejected', async () => {
    expect((await post(server, url('call', 3, NOWHERE), await anonymous(call(subnet, { canister_id: NOWHERE.toUint8Array() })))).map).toMatchObject({ status: 'non_replicated_rejection', reject_code: 3 });
  });

  test('cannot be sent again once it has been forgotten', async () => {
    const content = call(subnet);
    const body = await anonymous(content);
    await post(server, url('call', 3), body);
    subnet.advance(minutes(8)); // past its expiry
    expect(await outcome(content)).toBe('replied');
    subnet.advance(minutes(2));
    expect(await outcome(content)).toBeUndefined();
    expect((await post(server, url('call', 3), body)).text).toContain('Invalid request expiry');
    expect(subnet.count).toBe(1);
  });
});

/** Where the delegation of a certificate shows its subnet's canister ranges. */
function rangesIn(certificate: unknown): { flat: boolean; sharded: boolean } {
  const { delegation } = Cbor.decode<Certificate['cert']>(certificate as Uint8Array);
  if (delegation === undefined) throw new Error('no delegation');
  const { tree } = Cbor.decode<Certificate['cert']>(delegation.certificate);
  const shows = (...path: (string | Uint8Array)[]) => {
    const { status } = lookup_path(path.map((label) => (typeof label === 'string' ? Buffer.from(label) : label)), tree);
    return status === LookupPathStatus.Found || status === LookupPathStatus.Error; // the latter for a subtree
  };
  return { flat: shows('subnet', delegation.subnet_id, 'canister_ranges'), sharded: shows('canister_ranges', delegation.subnet_id) };
}
