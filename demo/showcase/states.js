/**
 * All that the tag can show, in groups, and what has to have happened for it to come about.
 *
 * @typedef {object} Shown
 * @property {string} words What the caption calls it.
 * @property {string[]} states As in `:state(…)`; the first is the kind.
 * @property {string} [slot] The slot of its heading, where that is not named as the state.
 * @property {Record<string, string>} [attributes] What the tag says beside the usual.
 * @property {boolean} [isOwn] This browser has set out for a payment before.
 * @property {boolean} [isPaying] The button is clicked.
 * @property {string} [returned] What the address brings back.
 * @property {object} [answer] What the canister answers; its `payment` is what differs from the usual one.
 * @property {boolean} [isOffline] The browser has no network.
 * @property {string} [support] How to reach the shop.
 * @property {string} [sandbox] What the frame may do, where that is not everything.
 * @property {boolean} [isLocal] The page's host is localhost, where the site builder is the one who looks.
 */

const SESSION = `cs_live_${'a1B2c3D4'.repeat(7)}`;

/** @type {{ heading: string, shown: Shown[] }[]} */
export const GROUPS = [
  {
    heading: 'Setting out',
    shown: [
      { words: 'The button', states: ['idle'] },
      { words: 'The button, in test mode', states: ['idle', 'test'], attributes: { 'payment-link': '/test_showcase' } },
      { words: 'Leaving', states: ['leaving'], isPaying: true },
      { words: 'Leaving in a new tab', states: ['leaving'], slot: 'leaving-tab', attributes: { target: '_blank' }, isPaying: true },
      { words: 'Leaving blocked by the browser', states: ['leaving'], slot: 'leaving-blocked', isPaying: true, sandbox: 'allow-scripts allow-same-origin' },
      { words: 'Wrongly set up', states: ['misconfigured'], attributes: { 'canister-id': '' }, isPaying: true },
    ],
  },
  {
    heading: 'Not over yet',
    shown: [
      { words: 'Being looked up', states: ['confirming'], returned: SESSION, answer: { status: 'checking' } },
      { words: 'Not finished', states: ['open'], isOwn: true, returned: SESSION, answer: { status: 'open', payment: { payment_status: 'unpaid' } } },
      { words: 'On its way', states: ['processing'], isOwn: true, returned: SESSION, answer: { status: 'processing', payment: { payment_status: 'unpaid' } } },
      { words: 'On its way for too long', states: ['processing'], isOwn: true, returned: SESSION, answer: { status: 'processing', reason: 'unsettled', payment: { payment_status: 'unpaid' } } },
      { words: 'Still being looked up', states: ['unavailable'], returned: SESSION, answer: { status: 'unavailable', reason: 'busy' } },
      { words: 'Offline', states: ['unavailable'], slot: 'offline', returned: SESSION, isOffline: true },
    ],
  },
  {
    heading: 'What became of it',
    shown: [
      { words: 'Paid', states: ['paid'], isOwn: true, returned: SESSION, answer: { status: 'paid', payment: {} } },
      { words: 'Paid, and partly refunded', states: ['paid'], isOwn: true, returned: SESSION, answer: { status: 'paid', payment: { amount_refunded: 500 } } },
      { words: 'Paid, not started in this browser', states: ['paid'], returned: SESSION, answer: { status: 'paid', payment: {} } },
      { words: 'Paid, found on a later visit', states: ['paid'], isOwn: true, answer: { status: 'paid', payment: {} } },
      { words: 'Refunded in full', states: ['refunded'], isOwn: true, returned: SESSION, answer: { status: 'refunded', payment: { amount_refunded: 1999 } } },
      { words: 'Failed', states: ['failed'], isOwn: true, returned: SESSION, answer: { status: 'failed', payment: { payment_status: 'unpaid' } } },
      { words: 'Expired', states: ['expired'], isOwn: true, returned: SESSION, answer: { status: 'expired', payment: { payment_status: 'unpaid' } } },
      { words: 'Not found', states: ['not-found'], returned: SESSION, answer: { status: 'not_found' } },
      { words: 'Cannot be told, and whom to ask', states: ['unavailable'], slot: 'stopped', returned: SESSION, answer: { status: 'unavailable', reason: 'misconfigured' }, support: 'hello@slow-coffee.example' },
    ],
  },
  {
    heading: 'On localhost, for the site builder',
    shown: [
      { words: 'Wrongly set up, and the remedy', states: ['misconfigured'], attributes: { 'canister-id': '' }, isPaying: true, isLocal: true },
      { words: 'Not found, and the remedy', states: ['not-found'], returned: SESSION, answer: { status: 'not_found' }, isLocal: true },
      { words: 'Back without an id, and the remedy', states: ['misconfigured'], slot: 'stopped', returned: '{CHECKOUT_SESSION_ID}', isLocal: true },
    ],
  },
];

/** The payment of the page, as the canister tells it. */
export const PAYMENT = {
  id: SESSION,
  client_reference_id: `order-42-isp1${'abcdefghijklmnopqrst'}k7w3pz`,
  payment_link: 'plink_showcase',
  mode: 'payment',
  payment_status: 'paid',
  amount_total: 1999,
  currency: 'eur',
  amount_refunded: 0,
  created: 1795561771,
  livemode: true,
};
