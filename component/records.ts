/** Something kept in the browser's storage. */
export interface Kept {
  /** When it was made, in milliseconds since 1970. */
  created: number;
}

/**
 * A shelf of records of one kind, each under a storage key of its own, so that two tabs never overwrite each other's.
 * Storage can be forbidden, full, or hold what others wrote: then a record is missing, and nothing throws.
 */
export interface Records<T> {
  /** Keeps a record; false where that is impossible. */
  put(key: string, record: T & Partial<Kept>): boolean;
  get(key: string): (T & Kept) | undefined;
  drop(key: string): void;
  /** All records with their keys, newest first. */
  list(): [key: string, record: T & Kept][];
}

/**
 * Opens a shelf. `open` gives the storage, or throws (reading `localStorage` itself does so in a cross-site
 * frame); records older than `lifetime` milliseconds are dropped.
 */
export function createRecords<T extends object>(open: () => Storage, kind: string, lifetime: number): Records<T> {
  const prefix = `ic-stripe-pay:${kind}:`;
  const attempt = <R>(use: (storage: Storage) => R): R | undefined => {
    try {
      return use(open());
    } catch {
      return undefined;
    }
  };
  const drop = (key: string): void => attempt((storage) => storage.removeItem(prefix + key));
  const list = (): [string, T & Kept][] =>
    (attempt(Object.keys) ?? [])
      .filter((name) => name.startsWith(prefix))
      .map((name): [string, T & Kept] => [
        name.slice(prefix.length),
        attempt((storage) => JSON.parse(storage.getItem(name)!) as T & Kept) ?? ({} as T & Kept),
      ])
      // Also false for what has no time, and so for what this script did not write.
      .filter(([key, { created }]) => Date.now() - created < lifetime || drop(key))
      .sort(([, a], [, b]) => b.created - a.created);
  return {
    put: (key, record) =>
      !!attempt((storage) => {
        storage.setItem(prefix + key, JSON.stringify({ created: Date.now(), ...record }));
        return true;
      }),
    get: (key) => list().find(([kept]) => kept === key)?.[1],
    drop,
    list,
  };
}
