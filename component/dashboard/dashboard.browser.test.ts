import { expect as chai, fixture, html } from '@open-wc/testing';
import { SignInError, type Access } from './access.js';
import { BackendError, type Payment } from './backend.js';
import { IcStripeDashboard } from './element.js';
import './index.js';
import { accessTo, CANISTER, FakeBackend, LETTER, NOW, payment, PRINCIPAL, SETTINGS, STATS } from './testing.js';

interface Expectation {
  equal(value: unknown): void;
  contain(text: string): void;
  match(pattern: RegExp): void;
  readonly deep: { equal(value: unknown): void };
}
/** What the tests use of chai; its own type takes each expectation for a promise. */
const expect = chai as unknown as (value: unknown) => { to: Expectation; not: { to: Expectation } };

Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });
const realTimeout = window.setTimeout.bind(window);

/** Stands in for a property until the test is over. */
function stub(object: object, property: string, value: unknown): void {
  const old = Object.getOwnPropertyDescriptor(object, property);
  Object.defineProperty(object, property, { configurable: true, value });
  stubs.unshift(() => (old ? Object.defineProperty(object, property, old) : Reflect.deleteProperty(object, property)));
}
const stubs: (() => unknown)[] = [];

afterEach(() => {
  for (const undo of stubs.splice(0)) undo();
  for (const tag of document.querySelectorAll('ic-stripe-dashboard')) tag.remove();
  document.documentElement.style.cssText = '';
});

async function mount(access: Access, attributes: Record<string, string> = { 'canister-id': CANISTER }): Promise<IcStripeDashboard> {
  const tag = document.createElement('ic-stripe-dashboard');
  for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
  tag.connect = () => Promise.resolve(access);
  await fixture(html`${tag}`);
  await settle(tag);
  return tag;
}
/** Waits for what needs no time. */
async function settle(tag: IcStripeDashboard): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => realTimeout(resolve, 4));
    await tag.updateComplete;
  }
}
const all = <T extends HTMLElement>(tag: IcStripeDashboard, selector: string) => [...tag.renderRoot.querySelectorAll<T>(selector)];
const text = (tag: IcStripeDashboard, selector = '.base') => all(tag, selector).map((element) => element.innerText.replace(/\s+/g, ' ').trim()).join(' | ');
const named = (tag: IcStripeDashboard, label: string) => all<HTMLButtonElement>(tag, 'button,summary,a').find((element) => element.textContent.replace(/\s+/g, ' ').trim().startsWith(label))!;
async function press(tag: IcStripeDashboard, label: string): Promise<void> {
  const target = named(tag, label);
  target.focus();
  target.click();
  await settle(tag);
}
async function type(tag: IcStripeDashboard, selector: string, value: string): Promise<void> {
  const [input] = all<HTMLInputElement>(tag, selector);
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await settle(tag);
}
const focused = (tag: IcStripeDashboard) => tag.shadowRoot!.activeElement;
/** Has the next look at the canister happen now. */
async function look(tag: IcStripeDashboard): Promise<void> {
  document.dispatchEvent(new Event('visibilitychange'));
  await settle(tag);
}
const range = (from: number, to: number, fields: (index: number) => Partial<Payment> = () => ({})) => Array.from({ length: to - from + 1 }, (_, index) => payment(from + index, fields(from + index)));
const refusal = new BackendError('not_admin', 'Only administrators may do this: a controller can add you to admins.');

/** A canister with something of everything. */
function busy(): FakeBackend {
  const statuses = ['paid', 'processing', 'refunded', 'failed', 'open', 'expired'];
  const backend = new FakeBackend([
    ...range(1, 30, (index) => ({ status: statuses[index % 6], created: NOW - (30 - index) * 43_200, livemode: index % 7 !== 0 })),
    payment(31, { disputed: true }),
    payment(32, { duplicate: true, client_reference_id: 'order-twice' }),
    payment(33, { duplicate: true, client_reference_id: 'order-twice' }),
    payment(34, { status: 'processing', reason: 'unsettled' }),
  ]);
  backend.letters = [LETTER];
  return backend;
}

/** Every state, by name. */
const STATES: Record<string, () => Promise<IcStripeDashboard>> = {
  'signed out': () => mount(accessTo(new FakeBackend(), { isSignedIn: false })),
  misconfigured: () => mount(accessTo(new FakeBackend()), {}),
  starting: () => mount({ ...accessTo(new FakeBackend()), resume: () => new Promise(() => undefined) }),
  waiting: async () => {
    const tag = await mount({ ...accessTo(new FakeBackend(), { isSignedIn: false }), signIn: () => new Promise(() => undefined) });
    await press(tag, 'Sign in');
    return tag;
  },
  blocked: async () => {
    const tag = await mount({ ...accessTo(new FakeBackend(), { isSignedIn: false }), signIn: () => Promise.reject(new SignInError('blocked')) });
    await press(tag, 'Sign in');
    return tag;
  },
  refused: () => {
    const backend = new FakeBackend();
    backend.failures.set('getSettings', refusal);
    return mount(accessTo(backend));
  },
  failed: () => {
    const backend = new FakeBackend();
    backend.failures.set('getSettings', new BackendError('unreachable', 'x'));
    return mount(accessTo(backend));
  },
  'overview, empty': () => mount(accessTo(new FakeBackend())),
  overview: async () => {
    const tag = await mount(accessTo(busy()));
    for (const details of all<HTMLDetailsElement>(tag, 'details')) details.open = true;
    return tag;
  },
  payments: async () => {
    const tag = await mount(accessTo(busy()));
    await press(tag, 'Payments');
    return tag;
  },
  'payments, none': async () => {
    const tag = await mount(accessTo(new FakeBackend()));
    await press(tag, 'Payments');
    return tag;
  },
  'a payment': async () => {
    const tag = await mount(accessTo(busy()));
    await press(tag, 'Payments');
    all(tag, '.row')[0].click();
    await settle(tag);
    await press(tag, 'Ask Stripe');
    return tag;
  },
  settings: async () => {
    const tag = await mount(accessTo(new FakeBackend()));
    await press(tag, 'Settings');
    return tag;
  },
  'settings, for no controller, with faults': async () => {
    const tag = await mount(accessTo(new FakeBackend(), { isController: false }));
    await press(tag, 'Settings');
    await type(tag, '#payment_links', 'https://buy.stripe.com/x');
    await press(tag, 'Save');
    return tag;
  },
  'set-up': async () => {
    const backend = new FakeBackend();
    backend.settings = { ...SETTINGS, payment_links: [], webhook_secrets: [], livemode: false };
    backend.connection = { works: false, message: 'The key lacks a permission.' };
    backend.figures = { ...STATS, days_left: 12 };
    const tag = await mount(accessTo(backend));
    await press(tag, 'Set-up');
    for (const details of all<HTMLDetailsElement>(tag, 'details')) details.open = true;
    return tag;
  },
};

describe('each state', () => {
  for (const scheme of ['light', 'dark']) {
    for (const [name, reach] of Object.entries(STATES)) {
      it(`is accessible: ${name} (${scheme})`, async () => {
        document.documentElement.style.cssText = `color-scheme: ${scheme}`;
        const tag = await reach();
        await chai(tag).to.be.accessible();
        expect(all(tag, 'h2').length).to.equal(1);
        expect(all(tag, '[style],style').length).to.equal(0);
        const ids = all(tag, '[id]').map(({ id }) => id);
        expect(new Set(ids).size).to.equal(ids.length);
      });
    }
  }
  for (const [name, reach] of Object.entries(STATES)) {
    it(`fits into 360 pixels: ${name}`, async () => {
      const tag = await reach();
      tag.parentElement!.style.width = '360px';
      await settle(tag);
      expect(tag.scrollWidth).to.equal(360);
    });
  }
});

describe('at the door', () => {
  it('a stranger sees nothing but how to sign in', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend, { isSignedIn: false }));
    expect(text(tag)).to.equal('Payments dashboard Sign in to see the payments of this canister, and to set it up. Sign in with Internet Identity');
    expect(backend.calls).to.deep.equal([]);
  });

  it('who is no administrator sees who they are, and the commands that would change that, and no more', async () => {
    const tag = await STATES.refused();
    expect(text(tag, 'code')).to.equal(`${PRINCIPAL} | icp canister call stripe_backend -e demo update_settings '(record { admins = opt vec { principal "${PRINCIPAL}" } })' | dfx canister call ${CANISTER} update_settings '(record { admins = opt vec { principal "${PRINCIPAL}" } })'`);
    expect(all(tag, 'nav').length).to.equal(0);
  });

  it('signing in opens the overview, with the focus on it', async () => {
    const tag = await mount(accessTo(busy(), { isSignedIn: false }));
    await press(tag, 'Sign in');
    expect(text(tag, 'h2')).to.equal('Overview');
    expect(focused(tag)?.tagName).to.equal('H2');
  });

  it('a window that is blocked, closed, or refuses is told, and tried again', async () => {
    for (const [error, words] of [[new SignInError('blocked'), 'Allow pop-ups'], [new SignInError('closed'), 'was closed'], [new SignInError('failed', 'No <b>such</b> user.'), 'No <b>such</b> user.']] as const) {
      let isHindered = true;
      const access = accessTo(busy(), { isSignedIn: false });
      const tag = await mount({ ...access, signIn: () => (isHindered ? Promise.reject(error) : access.signIn()) });
      await press(tag, 'Sign in');
      expect(text(tag, '[role=alert]')).to.contain(words);
      isHindered = false;
      await press(tag, 'Try again');
      expect(text(tag, 'h2')).to.equal('Overview');
    }
  });

  it('signing in happens in the task of the click', async () => {
    const access = accessTo(busy(), { isSignedIn: false });
    let isCalled = false;
    access.signIn = () => {
      isCalled = true;
      return new Promise(() => undefined);
    };
    const tag = await mount(access);
    named(tag, 'Sign in').click();
    expect(isCalled).to.equal(true);
  });

  it('signing out forgets everything, the idle and the expired are signed out, and told so', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Sign out');
    expect(text(tag)).to.contain('Sign in with Internet Identity');
    expect(text(tag)).not.to.contain('order-');
    await press(tag, 'Sign in');
    expect(text(tag, 'h2')).to.equal('Overview');
    const { now } = Date;
    stub(Date, 'now', () => now() + 31 * 60_000);
    window.dispatchEvent(new Event('pointermove'));
    await settle(tag);
    expect(text(tag, '[role=alert]')).to.contain('30 minutes');
    await press(tag, 'Sign in');
    backend.failures.set('stats', new BackendError('expired', ''));
    await look(tag);
    expect(text(tag, '[role=alert]')).to.contain('Your session is over. Sign in again');
    expect(all(tag, 'nav').length).to.equal(0);
  });

  it('signing out ends the session in every tab, and clears the screen even where the browser cannot forget it', async () => {
    const [one, other] = [await mount(accessTo(busy())), await mount({ ...accessTo(busy()), signOut: () => Promise.reject(new Error('storage')) })];
    const { now } = Date;
    await press(one, 'Sign out');
    expect(text(one, '[role=alert]')).to.equal('');
    expect(text(other, '[role=alert]')).to.equal('You have signed out in another tab.');
    await press(other, 'Sign in');
    expect(text(other, 'h2')).to.equal('Overview');
    stub(Date, 'now', () => now() + 31 * 60_000);
    window.dispatchEvent(new Event('pointermove'));
    await settle(other);
    expect(all(other, 'nav').length).to.equal(0);
    expect(text(other, '[role=alert]')).to.contain('This browser still keeps your session.');
  });

  it('what was typed outlives the session, but for what is secret, and not what somebody else signs in to see', async () => {
    const backend = new FakeBackend();
    let principal = PRINCIPAL;
    const access = accessTo(backend);
    const tag = await mount({ ...access, signIn: async () => ({ ...(await access.signIn()), principal }) });
    await press(tag, 'Settings');
    await type(tag, '#domains', 'pay.example.com');
    await type(tag, '#api_key', 'rk_live_secret');
    await type(tag, '#webhook_secrets', 'whsec_0123456789');
    backend.failures.set('getSettings', new BackendError('expired', ''));
    await look(tag);
    expect(text(tag, '[role=alert]')).to.contain('Your session is over. Sign in again to go on. What you typed in the settings is kept until then, but for keys and secrets.');
    backend.failures.clear();
    principal = CANISTER;
    await press(tag, 'Sign in');
    expect(text(tag, 'h2')).to.equal('Overview');
    backend.failures.set('stats', new BackendError('expired', ''));
    await look(tag);
    backend.failures.clear();
    principal = PRINCIPAL;
    backend.settings = { ...backend.settings, domains: ['theirs.example.com'], revision: 4 };
    await press(tag, 'Sign in');
    expect(text(tag, 'h2')).to.equal('Settings');
    expect(all<HTMLTextAreaElement>(tag, '#domains')[0].value).to.equal('theirs.example.com\npay.example.com');
    expect(all<HTMLInputElement>(tag, '#api_key,#webhook_secrets').map(({ value }) => value)).to.deep.equal(['', '']);
    await press(tag, 'Sign out');
    await press(tag, 'Sign in');
    expect(text(tag, 'h2')).to.equal('Overview');
  });

  it('an administrator who is none any more sees nothing from then on', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    backend.failures.set('stats', refusal);
    await look(tag);
    expect(text(tag, 'h2')).to.equal('You are not an administrator');
  });

  it('what cannot be reached is told, and tried again', async () => {
    const backend = busy();
    backend.failures.set('getSettings', new BackendError('unreachable', 'x'));
    const tag = await mount(accessTo(backend));
    expect(text(tag, '[role=alert]')).to.contain('Check your connection');
    backend.failures.clear();
    await press(tag, 'Try again');
    expect(text(tag, 'h2')).to.equal('Overview');
  });

  it('the options are what the attributes say, or what fits the page', async () => {
    const seen: unknown[] = [];
    const tag = document.createElement('ic-stripe-dashboard');
    tag.connect = (options) => {
      seen.push(options);
      return Promise.resolve(accessTo(new FakeBackend(), { isSignedIn: false }));
    };
    tag.setAttribute('canister-id', CANISTER);
    await fixture(html`${tag}`);
    await settle(tag);
    tag.setAttribute('host', 'https://icp-api.io/');
    tag.setAttribute('identity-provider', 'https://id.example');
    tag.setAttribute('derivation-origin', 'https://pay.example.com');
    await settle(tag);
    expect(seen).to.deep.equal([
      { canisterId: CANISTER, host: location.origin, identityProvider: undefined, derivationOrigin: undefined },
      { canisterId: CANISTER, host: 'https://icp-api.io', identityProvider: 'https://id.example', derivationOrigin: 'https://pay.example.com' },
    ]);
  });
});

describe('the overview', () => {
  it('brings forward what needs the merchant', async () => {
    const tag = await STATES.overview();
    const titles = all(tag, '.concerns h4').map((title) => title.textContent);
    expect(titles.map((title) => title.split(':')[0])).to.deep.equal(['Disputed', 'Not delivered', 'Paid twice', 'Unsettled']);
    expect(named(tag, 'Open in Stripe').getAttribute('href')).to.equal('https://dashboard.stripe.com/payments/pi_31');
  });

  it('says that nothing needs anybody only where that is known', async () => {
    const backend = new FakeBackend(range(1, 3));
    const tag = await mount(accessTo(backend));
    const section = () => text(tag, 'section[aria-labelledby=needs-you]');
    expect(section()).to.equal('Needs you Nothing needs you.');
    backend.failures.set('listConcerns', new BackendError('unreachable', ''));
    await look(tag);
    expect(section()).to.equal('Needs you It cannot be told now.');
    backend.failures.clear();
    backend.figures = { ...STATS, disputed: 2 };
    await look(tag);
    expect(section()).to.equal('Needs you There are 2 older disputed payments: see Payments, or Stripe.');
  });

  it('brings forward what is old, beyond what the sums look through', async () => {
    const backend = new FakeBackend([payment(1, { disputed: true }), ...range(2, 2_400, () => ({ created: NOW }))]);
    const tag = await mount(accessTo(backend));
    await settle(tag);
    expect(text(tag, '.concerns h4')).to.equal('Disputed: €19.99, order-1…uvwxyz');
  });

  it('leads from a reference that was paid twice to all of its payments', async () => {
    const tag = await STATES.overview();
    await press(tag, 'Show all of them');
    await settle(tag);
    expect([text(tag, 'h2'), all<HTMLInputElement>(tag, '#reference')[0].value, all(tag, '.row').length].join()).to.equal('Payments,order-twice,2');
  });

  it('keeps what went wrong with a delivery until somebody does something', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    backend.failures.set('retryDelivery', new BackendError('refused', 'There is no such delivery.'));
    await press(tag, 'Send again');
    await look(tag);
    expect(text(tag, '[role=alert]')).to.equal('There is no such delivery.');
    backend.failures.clear();
    await press(tag, 'Send again');
    expect(text(tag, '[role=alert]')).to.equal('');
  });

  it('tells the canister’s figures, and of when they are', async () => {
    const tag = await STATES.overview();
    expect(text(tag, 'section[aria-labelledby=canister]')).to.match(/40 completed, 3 expired, 2 refund.*40 paid, 1 rate limited.*12 delivered/);
    expect(text(tag, '.head')).to.match(/^Overview As of \d\d:\d\d \S+$/);
  });

  it('has a delivery sent again', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Send again');
    expect(backend.calls.filter(([method]) => method === 'retryDelivery')).to.deep.equal([['retryDelivery', 7]]);
    expect(text(tag, '.concerns')).not.to.contain('Not delivered');
    expect(text(tag, '#news')).to.equal('It is being sent again.');
    expect(focused(tag)?.tagName).to.equal('H2');
  });

  it('draws the sums of each currency and mode, with the same in words and as a table', async () => {
    const tag = await STATES.overview();
    expect(text(tag, 'figure h4')).to.equal('EUR | EUR, test mode');
    const [svg] = all(tag, 'svg[role=img]');
    const name = svg.getAttribute('aria-labelledby')!.split(' ').map((id) => tag.shadowRoot!.getElementById(id)!.textContent).join(' ');
    expect(name).to.contain('by day and status');
    expect(name).to.match(/paid €[\d.,]+ \(\d+ payments\)/);
    const [table] = all(tag, 'table');
    expect([...table.querySelectorAll('thead th')].map((cell) => cell.textContent)).to.deep.equal(['Day (UTC)', 'Paid', 'Refunded', 'On its way', 'Failed', 'Not finished', 'Expired']);
    expect(svg.querySelectorAll('pattern path:not([d=""])').length).to.equal(2);
    expect(all(tag, '.legend')[0].innerText).not.to.contain('Failed');
  });

  it('stops at 2,000 payments, and says so', async () => {
    const backend = new FakeBackend(range(1, 2_400, () => ({ created: NOW })));
    const tag = await mount(accessTo(backend));
    await settle(tag);
    await settle(tag);
    await settle(tag);
    expect(text(tag, '.notice')).to.contain('the newest 2,000 payments only');
    expect(backend.calls.filter(([method]) => method === 'listPayments').length).to.equal(20);
  });

  it('ends its walk where the days end', async () => {
    const backend = new FakeBackend(range(1, 2_400, (index) => ({ created: index > 2_350 ? NOW : NOW - 40 * 86_400 })));
    await mount(accessTo(backend));
    expect(backend.calls.filter(([method]) => method === 'listPayments').length).to.equal(4);
  });
});

describe('payments', () => {
  it('come newest first, and new ones by themselves, announced and without moving the focus', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    expect(all(tag, '.row').length).to.equal(25);
    const [first] = all(tag, '.row');
    first.focus();
    backend.payments.push(payment(35));
    await look(tag);
    expect(all(tag, '.row')[0].dataset.payment).to.equal('cs_test_a135');
    expect(text(tag, '#news')).to.equal('1 new payment.');
    expect(focused(tag) === first).to.equal(true);
    await press(tag, 'More');
    expect(all(tag, '.row').length).to.equal(35);
  });

  it('are all kept up to date, and lead to others of the same reference', async () => {
    const backend = new FakeBackend(range(1, 300));
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    for (let page = 1; page < 8; page++) await press(tag, 'More');
    await look(tag);
    backend.payments[139] = payment(140, { disputed: true });
    backend.figures = { ...STATS, disputed: 1 };
    await look(tag);
    expect(text(tag, '[data-payment=cs_test_a1140]')).to.contain('Disputed');
    expect(all(tag, '.row').length).to.equal(200);
    all(tag, '[data-payment=cs_test_a1140]')[0].click();
    await settle(tag);
    expect(text(tag, '#payment-title')).to.match(/^Payment of €19.99 for order-140…uvwxyz Paid Disputed$/);
    await press(tag, 'All with this reference');
    await settle(tag);
    expect(all(tag, '.row').map(({ dataset }) => dataset.payment)).to.deep.equal(['cs_test_a1140']);
  });

  it('are read again where that failed, and go on where that failed', async () => {
    const backend = busy();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    const down = new BackendError('unreachable', '');
    backend.failures.set('listPayments', down);
    await look(tag);
    backend.failures.clear();
    await press(tag, 'Try again');
    expect([all(tag, '.row').length, text(tag, '[role=alert]')].join()).to.equal('25,');
    backend.failures.set('listPayments', down);
    await press(tag, 'More');
    backend.failures.clear();
    await press(tag, 'Try again');
    expect(all(tag, '.row').length).to.equal(34);
  });

  it('are filtered by status and reference', async () => {
    const tag = await mount(accessTo(busy()));
    await press(tag, 'Payments');
    const [select] = all<HTMLSelectElement>(tag, '#status');
    select.value = 'failed';
    select.dispatchEvent(new Event('change'));
    await settle(tag);
    expect(new Set(all(tag, '.row .badge:first-child').map((badge) => badge.textContent))).to.deep.equal(new Set(['Failed']));
    select.value = '';
    select.dispatchEvent(new Event('change'));
    await type(tag, '#reference', 'order-twice');
    await new Promise((resolve) => realTimeout(resolve, 350));
    await settle(tag);
    expect(all(tag, '.row').length).to.equal(2);
  });

  it('say so where many pages are empty, and go on from there', async () => {
    const backend = new FakeBackend([payment(1, { client_reference_id: 'needle' }), ...range(2, 400)]);
    backend.looksAt = 30;
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    await type(tag, '#reference', 'needle');
    await new Promise((resolve) => realTimeout(resolve, 350));
    await settle(tag);
    expect(text(tag)).to.contain('Nothing found among the payments looked through so far');
    await press(tag, 'Look further');
    expect(all(tag, '.row').length).to.equal(1);
  });

  it('show everything that is known of one, ask Stripe, and give the focus back', async () => {
    const backend = busy();
    backend.payments.push(payment(35, { presentment: { amount: 2150, currency: 'usd' }, amount_refunded: 500, livemode: false }));
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    all(tag, '.row')[0].click();
    await settle(tag);
    expect(focused(tag)?.id).to.equal('payment-title');
    expect(text(tag, 'dl')).to.match(/€19\.99.*€5\.00.*\$21\.50.*Test: no money moves.*cs_test_a135.*pi_35.*plink_1/);
    expect(named(tag, 'Open in Stripe').getAttribute('href')).to.equal('https://dashboard.stripe.com/test/payments/pi_35');
    let go: (value?: unknown) => void = () => undefined;
    backend.pause = new Promise((resolve) => (go = resolve));
    await press(tag, 'Ask Stripe again');
    expect(text(tag, 'section [role=status]')).to.equal('Asking Stripe…');
    backend.payments[34] = payment(35, { status: 'refunded' });
    go();
    await settle(tag);
    expect(text(tag, 'section [role=status]')).to.equal('Stripe says: refunded, €19.99.');
    expect(text(tag, '#payment-title')).to.contain('Refunded');
    await press(tag, '← All payments');
    expect((focused(tag) as HTMLElement).dataset.payment).to.equal('cs_test_a135');
    expect(text(tag, '.row:first-child')).to.contain('Refunded');
  });

  it('say in the canister’s words what was refused', async () => {
    const backend = busy();
    backend.failures.set('checkPayment', new BackendError('refused', 'There is no API key to ask Stripe with: set api_key.'));
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    all(tag, '.row')[0].click();
    await settle(tag);
    await press(tag, 'Ask Stripe again');
    await look(tag);
    expect(text(tag, '[role=alert]')).to.equal('There is no API key to ask Stripe with: set api_key.');
  });

  it('are saved as CSV, all that fit the filter, and not once it was cancelled', async () => {
    const saved: string[] = [];
    const blobs: Blob[] = [];
    stub(URL, 'createObjectURL', (blob: Blob) => {
      blobs.push(blob);
      return 'blob:x';
    });
    stub(HTMLAnchorElement.prototype, 'click', function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const backend = new FakeBackend(range(1, 250));
    const tag = await mount(accessTo(backend));
    await press(tag, 'Payments');
    let go: (value?: unknown) => void = () => undefined;
    backend.pause = new Promise((resolve) => (go = resolve));
    await press(tag, 'Save as CSV');
    expect(text(tag, '.export')).to.equal('0 payments so far…');
    expect(focused(tag)?.id).to.equal('cancel');
    await press(tag, 'Cancel');
    expect(focused(tag)?.id).to.equal('export');
    go();
    await settle(tag);
    expect(saved).to.deep.equal([]);
    await press(tag, 'Save as CSV');
    expect(saved.length).to.equal(1);
    expect(focused(tag)?.id).to.equal('export');
    expect(saved[0]).to.match(/^payments-\d{4}-\d\d-\d\d\.csv$/);
    expect((await blobs[0].text()).split('\r\n').length).to.equal(252);
    expect(text(tag, '#news')).to.equal('250 payments saved.');
    backend.pause = new Promise((resolve) => (go = resolve));
    await press(tag, 'Save as CSV');
    all(tag, '#reference')[0].focus();
    backend.failures.set('listPayments', new BackendError('refused', 'No.'));
    go();
    await settle(tag);
    expect(focused(tag)?.id).to.equal('reference');
    backend.failures.clear();
    await look(tag);
    expect(text(tag, '[role=alert]')).to.equal('No.');
  });
});

describe('settings', () => {
  it('send only what was changed, with the revision, and keep what is secret out of sight', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    expect(all<HTMLInputElement>(tag, '#api_key').map(({ type, value }) => [type, value])).to.deep.equal([['password', '']]);
    await type(tag, '#webhook_secrets', 'whsec_0123456789abWXYZ');
    await type(tag, '#api_key', 'rk_live_new');
    await press(tag, 'Save');
    expect(backend.calls.filter(([method]) => method === 'updateSettings')).to.deep.equal([['updateSettings', { api_key: 'rk_live_new', webhook_secrets: ['…abcd', 'whsec_0123456789abWXYZ'], revision: 3 }]]);
    expect(text(tag)).to.contain('Saved.');
    expect(text(tag)).to.contain('Keep the one that ends in …WXYZ');
    expect(all<HTMLInputElement>(tag, '#api_key')[0].value).to.equal('');
  });

  it('name faults before anything is sent, and lead to them', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    await type(tag, '#payment_links', 'https://buy.stripe.com/x');
    await press(tag, 'Save');
    expect(focused(tag)?.id).to.equal('faults');
    expect(backend.calls.some(([method]) => method === 'updateSettings')).to.equal(false);
    const [links] = all(tag, '#payment_links');
    expect(links.getAttribute('aria-invalid')).to.equal('true');
    await press(tag, 'Payment links');
    expect(focused(tag) === links).to.equal(true);
    await type(tag, '#payment_links', 'plink_2');
    expect(all(tag, '#faults').length).to.equal(0);
  });

  it('lose nothing when somebody else was first', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    await type(tag, '#payment_links', 'plink_mine');
    backend.settings = { ...backend.settings, payment_links: ['plink_theirs'], domains: ['pay.example.com'], revision: 4 };
    backend.failures.set('updateSettings', new BackendError('refused', 'The settings have been changed meanwhile.'));
    await press(tag, 'Save');
    expect(text(tag, '#conflict')).to.contain('Someone else changed the settings meanwhile: Payment links, Domains.');
    expect(focused(tag)?.id).to.equal('conflict');
    expect(all<HTMLTextAreaElement>(tag, '#payment_links,#domains').map(({ value }) => value)).to.deep.equal(['plink_theirs\nplink_mine', 'pay.example.com']);
    expect(text(tag, '#payment_links-theirs')).to.equal('Changed by someone else, to: plink_theirs. This is that with your changes.');
    backend.failures.clear();
    await press(tag, 'Save');
    expect(backend.calls.filter(([method]) => method === 'updateSettings').at(-1)).to.deep.equal(['updateSettings', { payment_links: ['plink_theirs', 'plink_mine'], revision: 4 }]);
    expect(backend.settings.domains).to.deep.equal(['pay.example.com']);
  });

  it('keep what is typed while they are saved', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    await type(tag, '#payment_links', 'plink_1\nplink_2');
    await type(tag, '#webhook_secrets', 'whsec_0123456789abWXYZ');
    let go: (value?: unknown) => void = () => undefined;
    backend.pause = new Promise((resolve) => (go = resolve));
    await press(tag, 'Save');
    await type(tag, '#payment_links', 'plink_1\nplink_2\nplink_3');
    await type(tag, '#domains', 'pay.example.com');
    go();
    await settle(tag);
    expect(backend.settings.payment_links).to.deep.equal(['plink_1', 'plink_2']);
    expect(text(tag, '.save span[role=status]')).to.equal('Not saved yet.');
    await press(tag, 'Save');
    expect([backend.settings.payment_links, backend.settings.domains, backend.settings.webhook_secrets]).to.deep.equal([['plink_1', 'plink_2', 'plink_3'], ['pay.example.com'], ['…abcd', '…WXYZ']]);
  });

  it('whose answer was lost are known again, and saved once', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    await type(tag, '#webhook_secrets', 'whsec_0123456789abWXYZ');
    const down = new BackendError('unreachable', '');
    backend.updateSettings = async (changes) => {
      await FakeBackend.prototype.updateSettings.call(backend, changes);
      backend.failures.set('getSettings', down);
      throw down;
    };
    await press(tag, 'Save');
    expect(text(tag, '.save [role=alert]')).to.contain('The canister cannot be reached.');
    Reflect.deleteProperty(backend, 'updateSettings');
    backend.failures.clear();
    backend.failures.set('updateSettings', new BackendError('refused', 'The settings have been changed meanwhile.'));
    await press(tag, 'Try again');
    expect(text(tag)).to.contain('Saved.');
    expect(text(tag)).not.to.contain('Someone else');
    expect(text(tag, '.save [role=alert]')).to.equal('');
    expect(all<HTMLInputElement>(tag, '#webhook_secrets')[0].value).to.equal('');
    expect(backend.settings.webhook_secrets).to.deep.equal(['…abcd', '…WXYZ']);
  });

  it('of key and mode are tried at once', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    const asked = () => backend.calls.filter(([method]) => method === 'checkConnection').length;
    await type(tag, '#domains', 'pay.example.com');
    await press(tag, 'Save');
    expect(asked()).to.equal(0);
    backend.connection = { works: false, message: 'Stripe does not know the key.' };
    await type(tag, '#api_key', 'rk_live_new');
    await press(tag, 'Save');
    expect([asked(), text(tag, '.save .answer')].join()).to.equal('1,Stripe does not know the key.');
  });

  it('that are not saved keep the page from being left unasked', async () => {
    const tag = await mount(accessTo(new FakeBackend()));
    await press(tag, 'Settings');
    const isHeld = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    expect(isHeld()).to.equal(false);
    await type(tag, '#domains', 'pay.example.com');
    expect(isHeld()).to.equal(true);
    await press(tag, 'Undo changes');
    expect(isHeld()).to.equal(false);
  });

  it('say what the canister refuses in its own words, and keep what was typed', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend, { isController: 'unknown' }));
    await press(tag, 'Settings');
    expect(text(tag)).to.contain('whether you are one cannot be told here');
    await type(tag, '#domains', 'pay.example.com');
    backend.failures.set('updateSettings', new BackendError('refused', 'Only a controller may change domains.'));
    await press(tag, 'Save');
    expect(text(tag, '.save [role=alert]')).to.equal('Only a controller may change domains.');
    expect(all<HTMLTextAreaElement>(tag, '#domains')[0].value).to.equal('pay.example.com');
  });

  it('that only controllers may change are read-only for others, who are told why', async () => {
    const tag = await mount(accessTo(new FakeBackend(), { isController: false }));
    await press(tag, 'Settings');
    const isReadOnly = (selector: string) => all<HTMLInputElement>(tag, selector).every(({ readOnly }) => readOnly);
    expect(['#api_host', '#idempotent_proxy', '#admins', '#replicated', '#domains', '.nested input'].map(isReadOnly)).to.deep.equal([true, true, true, true, true, true]);
    expect(isReadOnly('#payment_links')).to.equal(false);
    expect(text(tag)).to.contain('Only a controller of the canister may change these, since');
    expect(named(tag, 'Add a fulfiller') === undefined).to.equal(true);
  });

  it('take fulfillers in and out, and keep the focus near', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    await press(tag, 'Settings');
    await press(tag, 'Add a fulfiller');
    expect(focused(tag)?.id).to.equal('fulfiller-1-canister');
    await type(tag, '#fulfiller-1-canister', PRINCIPAL);
    await type(tag, '#fulfiller-1-payment_links', 'plink_1, plink_2');
    await press(tag, 'Save');
    expect(backend.settings.fulfillers[1]).to.deep.equal({ canister: PRINCIPAL, payment_links: ['plink_1', 'plink_2'], method: null });
    await press(tag, 'Remove fulfiller 1');
    expect(focused(tag)?.id).to.equal('fulfillers');
    await press(tag, 'Save');
    expect(backend.settings.fulfillers.map(({ canister }) => canister)).to.deep.equal([PRINCIPAL]);
  });
});

describe('the set-up', () => {
  it('asks Stripe when it is opened first, when somebody wants it, and when the settings are others', async () => {
    const backend = new FakeBackend();
    const tag = await mount(accessTo(backend));
    const asked = () => backend.calls.filter(([method]) => method === 'checkConnection').length;
    await press(tag, 'Set-up');
    await press(tag, 'Overview');
    await press(tag, 'Set-up');
    expect(asked()).to.equal(1);
    await press(tag, 'Check again');
    expect(asked()).to.equal(2);
    await press(tag, 'Settings');
    await type(tag, '#payment_links', 'plink_2');
    await press(tag, 'Save');
    await press(tag, 'Set-up');
    expect(asked()).to.equal(3);
    expect(text(tag, 'h3').replaceAll(/: \w[\w ]*/g, '')).to.contain('The key works, in the right mode');
  });

  it('judges the address while it is typed, and sees the first event by itself', async () => {
    const backend = new FakeBackend();
    backend.figures = { ...STATS, last_event: null };
    const tag = await mount(accessTo(backend));
    await press(tag, 'Set-up');
    const words = () => all(tag, '.check-item h3 .hidden').map((verdict) => verdict.textContent);
    expect(words()).to.deep.equal([': Good', ': Good', ': Look at this', ': Not known', ': Good']);
    await type(tag, '#redirect', 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}');
    backend.figures = STATS;
    await look(tag);
    expect(words()).to.deep.equal([': Good', ': Good', ': Good', ': Good', ': Good']);
  });

  it('has the endpoint to copy', async () => {
    const tag = await mount(accessTo(new FakeBackend()), { 'canister-id': CANISTER, host: 'https://icp-api.io' });
    await press(tag, 'Set-up');
    expect(text(tag, 'code')).to.contain(`https://${CANISTER}.icp0.io/webhook`);
  });
});

it('it is registered once; another version warns and stays out', async () => {
  const warnings: unknown[] = [];
  stub(console, 'warn', (...words: unknown[]) => warnings.push(...words));
  const again = new URL('./index.ts?again', import.meta.url).href;
  await import(again);
  expect(warnings).to.deep.equal([]);
  stub(customElements, 'get', () => ({ version: '0.0.1' }));
  await import(`${again}2`);
  expect(warnings).to.deep.equal([`<ic-stripe-dashboard> ${IcStripeDashboard.version}: 0.0.1 came first and stays.`]);
});
