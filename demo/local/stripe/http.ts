import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** An answer to an HTTP request, and how it travels. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** How long to wait before sending it, in milliseconds. */
  delayMs?: number;
  /** `never`: the client waits in vain. The connection breaks before anything is sent, or in the middle of the body. */
  delivery?: 'never' | 'cut-at-start' | 'cut-in-the-middle';
}

export async function send(response: ServerResponse, answer: Answer): Promise<void> {
  const { status, headers, body, delayMs = 0, delivery } = answer;
  if (delivery === 'never') return;
  // A timer that keeps nobody waiting for the process to end.
  if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  if (delivery === 'cut-at-start') {
    response.destroy();
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  if (delivery === 'cut-in-the-middle') {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  } else {
    response.end(bytes);
  }
}

const LARGEST_FORM = 64 * 1024;

/** Reads a submitted form. One that is larger than any form of ours is read as empty. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to the end all the same: who is cut off while sending never sees the answer.
    if (size <= LARGEST_FORM) chunks.push(chunk);
  }
  return new URLSearchParams(size > LARGEST_FORM ? '' : Buffer.concat(chunks).toString());
}
