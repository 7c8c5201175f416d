import { reject, RejectCode, type Response } from '../reject.js';

/** How many of n nodes must say the same: 2f + 1 of n = 3f + 1. */
export const threshold = (nodes: number) => nodes - Math.floor((nodes - 1) / 3);

/**
 * Resolves with the response on which enough nodes agree, as soon as they do; with a reject, as soon as they cannot any
 * more, or when the time is up.
 */
export function agree(answers: readonly Promise<Response>[], timeoutMs: number): Promise<Response> {
  const needed = threshold(answers.length);
  const votes = new Map<string, number>();
  let missing = answers.length;
  return new Promise((resolve, fail) => {
    const timer = setTimeout(() => {
      resolve(timedOut());
    }, timeoutMs);
    const vote = (answer: Response) => {
      const key = fingerprint(answer);
      const count = (votes.get(key) ?? 0) + 1;
      votes.set(key, count);
      missing -= 1;
      if (count >= needed) resolve(answer);
      else if (Math.max(...votes.values()) + missing < needed) {
        resolve(reject(RejectCode.SysTransient, 'No consensus could be reached. Replicas had different responses.'));
      } else return;
      clearTimeout(timer);
    };
    for (const answer of answers) answer.then(vote, fail);
  });
}

export function timedOut(): Response {
  return reject(RejectCode.SysTransient, 'Canister http request timed out');
}

function fingerprint(answer: Response): string {
  return answer.kind === 'reply' ? `reply ${Buffer.from(answer.data).toString('base64')}` : `reject ${answer.code} ${answer.message}`;
}
