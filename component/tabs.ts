import { SESSION_ID } from '../canister/contract.js';

/** That a payment has come back to one of this site's tabs. */
export interface News {
  /** The `client_reference_id` that the payment was set out with. */
  reference: string;
  /** The session's id. */
  session: string;
  /** The identity of the tag that set out, where it is known. */
  tag?: string | undefined;
}

/** The other tabs of this site. */
export interface Tabs {
  tell(news: News): void;
  close(): void;
}

/** Tells other tabs, and listens to them. Any script of this site may send anything. */
export function openTabs(hear: (news: News) => void): Tabs {
  let channel: BroadcastChannel | undefined;
  try {
    channel = new BroadcastChannel('ic-stripe-pay');
    channel.onmessage = ({ data }: { data: Partial<News> | null }) => {
      if (typeof data?.reference === 'string' && SESSION_ID.test(`${data.session}`)) hear(data as News);
    };
  } catch {
    // Without it the canister tells, when the shopper looks at this tab again.
  }
  return {
    tell: (news) => channel?.postMessage(news),
    close: () => channel?.close(),
  };
}
