import { createHash, randomBytes } from 'node:crypto';
import { Ed25519KeyIdentity } from '@dfinity/identity';

const SEED_LENGTH = 32;

/** The users' keys, which are made when they are asked for and are kept nowhere. */
export class UserKeys {
  readonly #secret: Uint8Array;

  /** @param seed the same keys for the same seed; random ones without */
  constructor(seed?: string) {
    this.#secret = seed === undefined ? randomBytes(32) : createHash('sha256').update(`identity provider ${seed}`).digest();
  }

  /** The key of a user towards one origin. As with Internet Identity, the origins cannot tell that it is the same user. */
  of(user: string, origin: string): Ed25519KeyIdentity {
    const label = JSON.stringify([user, origin]);
    return Ed25519KeyIdentity.generate(createHash('shake256', { outputLength: SEED_LENGTH }).update(this.#secret).update(label).digest());
  }
}
