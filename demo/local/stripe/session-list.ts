import {
  emptyParameter,
  invalidInteger,
  invalidStatus,
  noSuchCursor,
  tooLarge,
  tooSmall,
  unknownParameter,
} from './errors.js';
import type { ApiKey } from './keys.js';
import type { Session } from './session-object.js';
import type { Sessions } from './sessions.js';

/** A page of a list: https://docs.stripe.com/api/pagination */
export interface SessionList {
  object: 'list';
  url: string;
  has_more: boolean;
  data: Session[];
}

const MOST = 100;
const USUAL = 10;

/** What a session must be to be listed, by parameter. */
const FILTERS: Record<string, (session: Session, value: string) => boolean> = {
  created: ({ created }, value) => created === Number(value),
  'created[gt]': ({ created }, value) => created > Number(value),
  'created[gte]': ({ created }, value) => created >= Number(value),
  'created[lt]': ({ created }, value) => created < Number(value),
  'created[lte]': ({ created }, value) => created <= Number(value),
  payment_intent: (session, value) => session.payment_intent === value,
  payment_link: (session, value) => session.payment_link === value,
  status: (session, value) => session.status === value,
};

/** The other parameters; nothing is ever expanded. */
const OTHERS = /^(limit|starting_after|expand\[\d*\])$/;

/**
 * Lists the sessions of the key's mode, the newest first: https://docs.stripe.com/api/checkout/sessions/list
 * A link or PaymentIntent that does not exist has no sessions. Throws Stripe's error for a wrong parameter, and for
 * those of Stripe's that the stand-in does not know.
 */
export function listSessions(sessions: Sessions, key: ApiKey, _id: string, query: URLSearchParams): SessionList {
  for (const [name, value] of query) check(name, value);
  const limit = Number(query.get('limit') ?? USUAL);
  const filters = [...query].flatMap(([name, value]) => {
    const filter = FILTERS[name];
    return filter ? [(session: Session) => filter(session, value)] : [];
  });
  const listed = startingAfter(newestFirst(sessions, key.livemode), query.get('starting_after'));
  const found = listed.filter((session) => filters.every((fits) => fits(session)));
  return { object: 'list', url: '/v1/checkout/sessions', has_more: found.length > limit, data: found.slice(0, limit) };
}

function check(name: string, value: string): void {
  if (!Object.hasOwn(FILTERS, name) && !OTHERS.test(name)) throw unknownParameter(name);
  if (value === '') throw emptyParameter(name);
  if (name === 'status' && !/^(open|complete|expired)$/.test(value)) throw invalidStatus();
  if (name === 'limit' || name.startsWith('created')) {
    if (!/^-?\d{1,15}$/.test(value)) throw invalidInteger(name, value);
    if (name === 'limit' && Number(value) < 1) throw tooSmall(name, Number(value), 1);
    if (name === 'limit' && Number(value) > MOST) throw tooLarge(name, Number(value), MOST);
  }
}

function newestFirst(sessions: Sessions, livemode: boolean): Session[] {
  return (
    sessions.all
      .map(({ session }) => session)
      .filter((session) => session.livemode === livemode)
      // The last made first among those of one second, too.
      .reverse()
      .sort((one, other) => other.created - one.created)
  );
}

function startingAfter(listed: Session[], after: string | null): Session[] {
  if (after === null) return listed;
  const index = listed.findIndex(({ id }) => id === after);
  if (index < 0) throw noSuchCursor(after);
  return listed.slice(index + 1);
}
