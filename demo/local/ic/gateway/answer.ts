import { validateHeaderName, validateHeaderValue } from 'node:http';
import { GatewayError } from './gateway-error.js';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** What a client is answered, by a canister or by the gateway. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** The value of the first header of this name, which is given in lower case. */
export function headerOf(answer: Answer, name: string): string | undefined {
  return answer.headers.find(([other]) => other.toLowerCase() === name)?.[1];
}

/** The answer with these headers, as far as it does not have them already. */
export function withMissingHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  const missing = Object.entries(headers).filter(([name]) => headerOf(answer, name) === undefined);
  return { ...answer, headers: [...answer.headers, ...missing] };
}

/**
 * Makes sure that a canister's answer can go out as HTTP.
 * @throws {GatewayError} for a status or a header that HTTP does not know
 */
export function checkHttp(answer: Answer): void {
  try {
    if (answer.status < 200 || answer.status > 999) throw new RangeError(`${answer.status} is not the status of a response`);
    for (const [name, value] of answer.headers) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  } catch (error) {
    throw new GatewayError(503, `Canister error: its response is not valid HTTP: ${String(error)}`);
  }
}
