import { objectId, randomText } from './ids.js';

/** What a merchant sets for an endpoint: https://docs.stripe.com/api/webhook_endpoints/create */
export interface WebhookEndpointOptions {
  /** Where events are sent to, by POST: http or https. */
  url: string;
  /** The types to send; by default `['*']`, all of them. */
  enabled_events?: readonly string[];
  /** An endpoint is told of one mode only; by default the test mode. */
  livemode?: boolean;
}

/** A day, the longest that Stripe lets a rolled secret sign on. */
const LONGEST_OVERLAP = 24 * 60 * 60 * 1000;

/** One address that is told of events, and the secrets that sign what it is told. */
export class WebhookEndpoint {
  readonly id = objectId('we');
  readonly url: URL;
  readonly livemode: boolean;
  readonly #types: ReadonlySet<string>;
  /** The newest last; until when each is good, in milliseconds since 1970. */
  #secrets = [{ secret: newSecret(), until: Infinity }];

  /** Throws a TypeError where Stripe would refuse. */
  constructor({ url, enabled_events: types = ['*'], livemode = false }: WebhookEndpointOptions) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new TypeError(`A webhook endpoint has an http(s) URL, not "${url}"`);
    }
    if (types.length === 0) throw new TypeError("A webhook endpoint needs event types; for all of them pass ['*']");
    this.url = new URL(url);
    this.livemode = livemode;
    this.#types = new Set(types);
  }

  /** The newest secret, `whsec_…`. */
  get secret(): string {
    return this.#secrets.at(-1)!.secret;
  }

  /** Whether it wants to hear of such an event. */
  wants(type: string, livemode: boolean): boolean {
    return livemode === this.livemode && (this.#types.has('*') || this.#types.has(type));
  }

  /** The secrets that sign at `now`, in milliseconds since 1970. */
  secretsAt(now: number): readonly string[] {
    return this.#secrets.filter(({ until }) => now < until).map(({ secret }) => secret);
  }

  /**
   * Makes a new secret and returns it; the others sign on for a while:
   * https://docs.stripe.com/webhooks#roll-endpoint-secrets
   * @param now in milliseconds since 1970
   * @param overlapMs how long, at most a day
   */
  roll(now: number, overlapMs = LONGEST_OVERLAP): string {
    if (!(overlapMs >= 0 && overlapMs <= LONGEST_OVERLAP)) {
      throw new RangeError(`A rolled secret signs on for at most a day (${LONGEST_OVERLAP} ms), not ${overlapMs} ms`);
    }
    const older = this.#secrets.map(({ secret, until }) => ({ secret, until: Math.min(until, now + overlapMs) }));
    this.#secrets = [...older, { secret: newSecret(), until: Infinity }];
    return this.secret;
  }
}

function newSecret(): string {
  return `whsec_${randomText(32)}`;
}
