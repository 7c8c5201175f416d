import { RejectCode, RejectError } from '../reject.js';
import type { Answer } from './answer.js';

/** Why the gateway itself answers, and not the canister. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the client is told of a failure, in plain text. */
export function errorAnswer(error: unknown): Answer {
  const { status, message } = toGatewayError(error);
  return { status, headers: [['content-type', 'text/plain; charset=utf-8']], body: Buffer.from(`${message}\n`) };
}

function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof RejectError)) return new GatewayError(500, `The local gateway failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const [name] = Object.entries(RejectCode).find(([, code]) => code === error.code) ?? ['?'];
  return new GatewayError(503, `Canister error: reject code ${error.code} (${name}): ${error.message}`);
}
