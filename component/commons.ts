import type { Own, Hearing } from './state.js';

/** A payment that came back to this page, by its address or by a reload. */
export interface Returned {
  /** What the address held: a session's id, or anything at all. */
  readonly value: string;
  /** The cleaned address it came to. */
  readonly href: string;
  own: Own;
  /** Whether amounts wait for a click; see `SessionState` in state.ts. */
  isHidden: boolean;
  /** Whether the page has been told that it is back. */
  isKnown?: boolean;
  /** Whether the page confirms it in its own way: it has cancelled the event. */
  isTheirs?: boolean;
  /** Whether its `paid` event has fired here; storage may be forbidden. */
  isAnnounced?: boolean;
}

/** A tag in the document, as the tags of every copy of the script see each other. */
export interface Tag {
  /** Where it stands; none for a controller without an element. */
  readonly element: Element | undefined;
  /** What is paid by it: tags alike in this stand for the same payment. */
  readonly identity: string;
  /** Whether a payment may exist that it stands for. */
  readonly isBusy: boolean;
  /** Another tag has changed. */
  update(): void;
  /** How well a session fits what this tag remembers, from 0 for not at all to {@link CERTAIN}. */
  fit(id: string): number;
  /** Makes the session this tag's own, with what was already heard of it. */
  take(returned: Returned, heard?: Hearing): void;
  /** Gives the session up to another tag. */
  release(): void;
}

/** What all tags of a document share. */
export interface Commons {
  returned?: Returned | undefined;
  readonly tags: Set<Tag>;
  /** The names that tags give to the session's id in the return address, besides the usual ones. */
  readonly names: Set<string>;
  /** Who asks about which session, or reference. */
  readonly owners: Map<string, Tag>;
}

/**
 * One for all copies and versions of the script in a document: two copies must not make two of a payment.
 * The name stands for this shape; another shape needs another name.
 */
export const commons: Commons = ((globalThis as Record<symbol, unknown>)[Symbol.for('ic-stripe-pay/1')] ??= {
  tags: new Set(),
  names: new Set(),
  owners: new Map(),
}) as Commons;

/** What {@link Tag.fit} says of a session that the tag remembers; a guess is a time, and so less. */
export const CERTAIN = 1e18;

/**
 * The tag that a session belongs to: one that remembers it for certain, or else the one that has it already,
 * or else the one whose memory fits best, or else the first in the document.
 */
export function elect(id: string): Tag | undefined {
  const owner = commons.owners.get(id);
  const score = (tag: Tag): number => tag.fit(id) + (tag === owner ? CERTAIN / 10 : 0);
  const [best] = [...commons.tags].sort(
    (a, b) =>
      score(b) - score(a) ||
      (a.element && b.element && a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1),
  );
  return best;
}
