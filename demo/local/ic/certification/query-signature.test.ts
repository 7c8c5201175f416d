import { HttpAgent, type QueryResponse } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import { expect, test } from 'vitest';
import { decodeCbor, encodeCbor } from '../cbor.js';
import { reject, RejectCode, type Response as CallResponse } from '../reject.js';
import { readStateCertificate } from './certificates.js';
import type { Path } from './hash-tree.js';
import type { NodeKey } from './keys.js';
import { responseFields, signQueryResponse } from './query-signature.js';
import { hashOfMap } from './request-id.js';
import { Trust } from './trust.js';

const trust = Trust.create('query signatures', 2);
const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const REPLY: CallResponse = { kind: 'reply', data: Uint8Array.of(1, 2, 3) };
const REJECT = reject(RejectCode.CanisterError, 'it trapped: é');

/** What an agent makes of a node's answer; it takes the nodes' keys from a certificate. */
async function query(answer: (requestId: Uint8Array, time: bigint) => object): Promise<QueryResponse> {
  const agent = HttpAgent.createSync({
    host: 'http://localhost',
    rootKey: trust.rootKey,
    retryTimes: 0,
    fetch: async (_, init) => {
      const { content } = decodeCbor(new Uint8Array(await new Response(init?.body).arrayBuffer())) as { content: { request_type: string; paths: Path[] } };
      const time = BigInt(Date.now()) * 1_000_000n;
      const body = content.request_type === 'read_state'
        ? { certificate: readStateCertificate(trust, { time, canisters: [], requests: [] }, content.paths, 'flat') }
        : answer(hashOfMap(content), time);
      return new Response(encodeCbor(body));
    },
  });
  return agent.query(CANISTER, { methodName: 'greet', arg: new Uint8Array() });
}

test.each([
  ['a reply', REPLY, { status: 'replied', reply: { arg: Uint8Array.of(1, 2, 3) } }],
  ['a reject', REJECT, { status: 'rejected', reject_code: 5, reject_message: 'it trapped: é' }],
])("an agent that verifies the nodes' signatures accepts %s, of every node", async (_, response, expected) => {
  for (const node of trust.nodes) {
    expect(await query((id, time) => ({ ...responseFields(response), signatures: signQueryResponse(node, id, response, time) }))).toMatchObject(expected);
  }
});

const [node, stranger] = [trust, Trust.create('another')].map(({ nodes: [first] }) => first) as [NodeKey, NodeKey];

test.each([
  ['another response', (id: Uint8Array, time: bigint) => signQueryResponse(node, id, REJECT, time)],
  ['another request', (_: Uint8Array, time: bigint) => signQueryResponse(node, new Uint8Array(32), REPLY, time)],
  ['another time', (id: Uint8Array, time: bigint) => signQueryResponse(node, id, REPLY, time).map((signature) => ({ ...signature, timestamp: time + 1n }))],
  ['a node that is not of the subnet', (id: Uint8Array, time: bigint) => signQueryResponse(stranger, id, REPLY, time)],
])('it refuses a reply whose signature is for %s', async (_, sign) => {
  await expect(query((id, time) => ({ ...responseFields(REPLY), signatures: sign(id, time) }))).rejects.toThrow(/signature|public key/i);
});
