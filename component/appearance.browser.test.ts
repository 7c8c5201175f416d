import type { Answer, Payment } from '../canister/contract.js';
import type { IcStripePay } from './element.js';
import { cleanUp, click, comeBack, expect, expectAccessible, has, mount, part, payment, playCanister, reload, said, settle, stub, wait } from './harness.js';

const realFetch = window.fetch.bind(window);

afterEach(() => {
  document.documentElement.removeAttribute('style');
  return cleanUp();
});
beforeEach(() => stub(console, 'error', () => () => undefined));

type Attributes = Record<string, string>;

/** Plays the canister, and lets languages through. */
function play(answer: Answer): void {
  playCanister(answer);
  letWordsThrough();
}

function letWordsThrough(): void {
  const answer = window.fetch.bind(window);
  window.fetch = (...args) => (`${args[0] as string}`.includes('/locales/') ? realFetch(...args) : answer(...args));
}

/** Comes back with somebody else's payment. */
const theirs = (answer: Answer) => async (attributes: Attributes) => {
  play(answer);
  comeBack();
  return mount(attributes);
};

/** Comes back with the shopper's own payment; `isLater`: on another visit, and without the address. */
const own = (status: Answer['status'], { isLater = false, ...fields }: Partial<Payment> & { isLater?: boolean } = {}) => async (attributes: Attributes) => {
  const reference = click(await mount(attributes));
  reload('navigate');
  play({ status, payment: payment({ ...fields, client_reference_id: reference }) });
  if (!isLater) comeBack();
  return mount(attributes);
};

/** Sets out, in a browser that opens tabs, or does not. */
const away = (tab: unknown) => async (attributes: Attributes) => {
  stub(window, 'open', () => () => tab);
  const tag = await mount({ ...attributes, target: '_blank' });
  part(tag, 'button')!.click();
  return tag;
};

const given = payment({ amount_total: 123_456_789_000, currency: 'idr', client_reference_id: `isp1${'a'.repeat(26)}` });

/** Everything that the tag can look like, each with the slot of its heading. */
const SCENES: Record<string, [heading: string | undefined, make: (attributes: Attributes) => Promise<IcStripePay>]> = {
  idle: [undefined, mount],
  leaving: ['leaving', async (attributes) => {
    const tag = await mount({ ...attributes, 'payment-link': `${location.origin}/nowhere` });
    part(tag, 'button')!.click();
    // The page stays, the button does not know yet.
    stop();
    return tag;
  }],
  'leaving in a tab': ['leaving-tab', away({ opener: window })],
  'leaving blocked': ['leaving-blocked', away(null)],
  confirming: ['confirming', theirs({ status: 'checking' })],
  'open, own': ['open', own('open')],
  'open, not own': ['open', theirs({ status: 'open', payment: given })],
  processing: ['processing', theirs({ status: 'processing', payment: given })],
  unsettled: ['processing', theirs({ status: 'processing', reason: 'unsettled', payment: given })],
  paid: ['paid', theirs({ status: 'paid', payment: given })],
  'paid, found again': ['paid', own('paid', { isLater: true })],
  'partly refunded': ['paid', own('paid', { amount_refunded: 500 })],
  'failed, own': ['failed', own('failed')],
  failed: ['failed', theirs({ status: 'failed', payment: given })],
  'expired, own': ['expired', own('expired')],
  expired: ['expired', theirs({ status: 'expired', payment: given })],
  refunded: ['refunded', theirs({ status: 'refunded', payment: given })],
  'not found': ['not-found', theirs({ status: 'not_found' })],
  unavailable: ['unavailable', theirs({ status: 'unavailable', reason: 'busy' })],
  offline: ['offline', (attributes) => {
    stub(navigator, 'onLine', () => false);
    return theirs({ status: 'checking' })(attributes);
  }],
  stopped: ['stopped', theirs({ status: 'unavailable', reason: 'misconfigured' })],
  misconfigured: ['misconfigured', async (attributes) => {
    const tag = await mount({ ...attributes, reference: '/' });
    tag.pay();
    return tag;
  }],
  'misconfigured, back': ['stopped', (attributes) => {
    comeBack('?check_out_session_id={CHECKOUT_SESSION_ID}');
    return mount(attributes);
  }],
};

/** Shows a scene, with a way to reach the shop. */
async function show(name: string, attributes: Attributes = {}): Promise<IcStripePay> {
  letWordsThrough();
  const [heading, make] = SCENES[name];
  const tag = await make(attributes);
  const link = document.createElement('a');
  link.slot = 'support';
  link.href = 'mailto:shop@example.com';
  link.textContent = 'shop@example.com';
  tag.append(link);
  await settle(tag);
  for (let i = 0; i < 100 && !has(tag, 'base'); i++) await wait(20);
  expect(part(tag, 'title')?.querySelector('slot')?.name).to.equal(heading);
  return tag;
}

for (const [scheme, style] of [
  ['light', ''],
  ['dark', 'color-scheme: dark; background: #111; color: #eee'],
]) {
  describe(`in ${scheme}, to axe and to a screen reader,`, () => {
    for (const name of Object.keys(SCENES)) {
      it(`${name} is accessible`, async () => {
        document.documentElement.style.cssText = style;
        const tag = await show(name);
        await expectAccessible(tag);
        // One live region, and first; what can be done about its news follows, and is none.
        const root = tag.renderRoot;
        const regions = [...root.querySelectorAll('[role], [aria-live], output')];
        expect(regions.filter((element) => !element.matches('[part=icon]')).map((element) => element.getAttribute('part'))).to.deep.equal(['status']);
        const [status] = regions;
        for (const control of root.querySelectorAll('button, a')) {
          expect(status.compareDocumentPosition(control)).to.equal(Node.DOCUMENT_POSITION_FOLLOWING);
        }
        for (const control of root.querySelectorAll<HTMLElement>('button, a')) expect(control.textContent).to.match(/\w{3}/);
        // Nothing is drawn in another order than it is read in.
        for (const element of root.querySelectorAll('*')) expect(getComputedStyle(element).order).to.equal('0');
        expect(part(tag, 'base')!.lang).to.equal('en');
      });
    }
  });
}

describe('the live region', () => {
  for (const name of Object.keys(SCENES)) {
    it(`is there before the news: ${name}`, async () => {
      const silent: (number | string)[] = [];
      const watch = new MutationObserver((records) => {
        for (const { addedNodes } of records) {
          for (const added of addedNodes) {
            const tag = added as IcStripePay;
            if (tag.localName === 'ic-stripe-pay') void tag.updateComplete.then(() => silent.push(tag.renderRoot.querySelectorAll('[role=status]').length, said(tag)));
          }
        }
      });
      watch.observe(document.body, { childList: true, subtree: true });
      await show(name);
      watch.disconnect();
      expect(silent.slice(-2)).to.deep.equal([1, '']);
    });
  }
});

for (const locale of ['de', 'el', 'ar']) {
  describe(`320 pixels are enough in ${locale} for`, () => {
    for (const name of Object.keys(SCENES)) {
      it(name, async () => {
        const tag = await show(name, { locale });
        const frame = tag.parentElement!;
        frame.dir = locale === 'ar' ? 'rtl' : 'ltr';
        frame.lang = locale;
        // 16 pixels at each side.
        frame.style.width = '288px';
        expect(part(tag, 'base')!.lang).to.equal(locale);
        const { left, right } = frame.getBoundingClientRect();
        for (const element of [tag, ...tag.renderRoot.querySelectorAll('[part]')]) {
          // What turns is as wide as its diagonal, in passing.
          if (element.matches('[part=icon]')) continue;
          const box = element.getBoundingClientRect();
          const what = `${element.getAttribute('part')} from ${box.left} to ${box.right}`;
          expect(box.left, what).to.be.above(left - 0.5);
          expect(box.right, what).to.be.below(right + 0.5);
          expect(element.scrollWidth, what).to.be.below(element.clientWidth + 2);
        }
        frame.removeAttribute('dir');
        frame.removeAttribute('lang');
      });
    }
  });
}

describe('on a page from right to left', () => {
  beforeEach(() => {
    document.documentElement.dir = 'rtl';
    document.documentElement.lang = 'ar';
  });
  afterEach(() => {
    document.documentElement.removeAttribute('dir');
    document.documentElement.removeAttribute('lang');
  });

  /** Where a character of a part is drawn. */
  function where(tag: IcStripePay, name: string, character: string): DOMRect {
    const walker = document.createTreeWalker(part(tag, name)!, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent!.indexOf(character);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + character.length);
      return range.getBoundingClientRect();
    }
    throw new Error(`${name} has no ${character}`);
  }

  for (const end of ['abcdef', '234567']) {
    it(`the icon is on the right, the amount on the left, and the ellipsis where the reference ${end} begins`, async () => {
      play({ status: 'paid', payment: payment({ client_reference_id: `order-42-isp1${'a'.repeat(20)}${end}` }) });
      comeBack();
      const tag = await mount();
      for (let i = 0; i < 100 && !has(tag, 'title'); i++) await wait(20);
      expect(said(tag)).to.contain('تم استلام الدفعة');
      const [icon, title, amount] = ['icon', 'title', 'amount'].map((name) => part(tag, name)!.getBoundingClientRect());
      expect(icon.left).to.be.above(title.right);
      expect(title.left).to.be.above(amount.right - 1);
      const ellipsis = where(tag, 'reference', '…');
      expect(ellipsis.right).to.be.below(where(tag, 'reference', end).left + 1);
      // And the words before it are on the right.
      expect(where(tag, 'reference', 'المرجع').left).to.be.above(where(tag, 'reference', end).right - 1);
    });
  }

  it('English words keep their full stop at their end, and stand on the right', async () => {
    const tag = await show('stopped', { locale: 'en' });
    const detail = part(tag, 'detail')!;
    const first = where(tag, 'detail', 'If you');
    const stop = where(tag, 'detail', '.');
    expect(detail.getBoundingClientRect().right - where(tag, 'detail', 'ask the shop.').right).to.be.below(2);
    expect(stop.top > first.top || stop.left > first.right).to.equal(true);
  });
});
