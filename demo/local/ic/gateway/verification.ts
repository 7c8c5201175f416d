import type { Principal } from '@dfinity/principal';
import type { Answer, HeaderList } from './answer.js';
import { CERTIFICATE_VERSION, type CanisterHttpRequest } from './candid.js';
import { GatewayError } from './gateway-error.js';
import type { GatewayIc } from './gateway-ic.js';
import { verifyPair } from './verifier.js';

/** How far the time of a certificate may be from now: 5 minutes, in nanoseconds. */
const MAX_CERTIFICATE_AGE = 300_000_000_000n;
/** DFINITY's gateways accept this one, too. */
const OLDEST_VERSION = 1;

/**
 * Verifies the answer of a query by the certificate in its headers (HTTP gateway protocol specification, "Response
 * Verification"), with the library that DFINITY's gateways use.
 * @returns what of the answer is certified, and so may be passed on
 * @throws {GatewayError} 503 when the answer does not verify; nothing of its body is told
 */
export function verified(ic: GatewayIc, canister: Principal, request: CanisterHttpRequest, answer: Answer): Answer {
  const { verificationVersion, response } = verify(ic, canister, request, answer);
  if (verificationVersion < 2) return withoutDangers(canister, answer);
  // A certified `no_certification`: the canister answers for nothing here, and knows it.
  if (response === undefined) return answer;
  return { ...answer, headers: response.headers };
}

function verify(ic: GatewayIc, canister: Principal, { method, url, headers, body }: CanisterHttpRequest, answer: Answer) {
  try {
    return verifyPair(
      { method, url, headers: pairs(headers), body, certificate_version: [CERTIFICATE_VERSION] },
      { status_code: answer.status, headers: pairs(answer.headers), body: answer.body },
      canister.toUint8Array(),
      ic.now(),
      MAX_CERTIFICATE_AGE,
      ic.trust.rootKey,
      OLDEST_VERSION,
    );
  } catch (error) {
    throw refusal(canister, (error as Error).message);
  }
}

/** Version 1 certifies neither status nor headers: what is known to be dangerous does not pass, as in DFINITY's gateways. */
function withoutDangers(canister: Principal, answer: Answer): Answer {
  if (answer.status >= 300 && answer.status < 400) throw refusal(canister, 'version 1 of response verification does not allow redirects; certify by version 2');
  return { ...answer, headers: answer.headers.filter(([name]) => name.toLowerCase() !== 'cache-control') };
}

function pairs(headers: HeaderList): [string, string][] {
  return headers.map(([name, value]) => [name, value]);
}

function refusal(canister: Principal, reason: string): GatewayError {
  return new GatewayError(503, [
    'Response verification error: the response from the canister failed verification and cannot be trusted.',
    `It is the answer of a query, and: ${reason}`,
    'Let the canister certify it (headers IC-Certificate and IC-CertificateExpression) or upgrade the request to an update call (upgrade = opt true),',
    `or use the raw host, ${canister.toText()}.raw.localhost, where nothing is verified.`,
  ].join('\n'));
}
