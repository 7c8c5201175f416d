/** Nobody waits for ever: what has not answered in time has failed. */
import { BackendError, type Backend } from './backend.js';

/** Milliseconds within which an answer has to come. */
const PATIENCE = 60_000;

/** What a promise comes to, or a {@link BackendError} of the kind `late`. */
export async function inTime<T>(promise: Promise<T>, patience = PATIENCE): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new BackendError('late', 'No answer came.')), patience)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same backend, with calls that end in time. */
export function impatient(backend: Backend): Backend {
  return new Proxy(backend, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? (...values: unknown[]) => inTime(Promise.resolve(Reflect.apply(method, target, values))) : method;
    },
  });
}
