import type { Answer } from '../canister/contract.js';
import { IcStripePay } from './element.js';
import { cleanUp, comeBack, expect, expectAccessible, focused, has, LINK, listen, mount, PAID, part, payment, playCanister, said, settle, stub } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

const theirs = payment({ client_reference_id: `order-42-isp1${'abcdefghijklmnopqrstuvwxyz'}` });
const ANSWERS: Answer[] = [
  { status: 'checking' },
  { status: 'open', payment: theirs },
  { status: 'processing', payment: theirs },
  { status: 'processing', reason: 'unsettled', payment: theirs },
  { status: 'paid', payment: theirs },
  { status: 'failed', payment: theirs },
  { status: 'expired', payment: theirs },
  { status: 'refunded', payment: theirs },
  { status: 'not_found' },
  { status: 'unavailable', reason: 'busy' },
  { status: 'unavailable', reason: 'misconfigured' },
];

describe('each state', () => {
  for (const scheme of ['light', 'dark']) {
    for (const answer of ANSWERS) {
      it(`is accessible, and says something: ${answer.status} ${answer.reason ?? ''} (${scheme})`, async () => {
        document.documentElement.style.cssText = scheme === 'dark' ? 'color-scheme: dark; background: #111; color: #eee' : '';
        playCanister(answer);
        comeBack();
        const tag = await mount();
        await expectAccessible(tag);
        expect(said(tag)).to.match(/\w{4}/);
        expect(part(tag, 'icon')!.getAttribute('aria-hidden')).to.equal('true');
        document.documentElement.style.cssText = '';
      });
    }
  }

  it('is accessible: idle, misconfigured', async () => {
    const tag = await mount({ reference: '/' });
    await expectAccessible(tag);
    tag.pay();
    await settle(tag);
    await expectAccessible(tag);
  });

  it('needs no style attribute, which a content security policy forbids', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount();
    expect(tag.renderRoot.querySelectorAll('[style], style').length).to.equal(0);
  });

  it('is exposed to the styles of the page', async () => {
    playCanister({ status: 'not_found' });
    comeBack();
    const tag = await mount();
    expect([tag.matches(':state(not-found)'), tag.matches(':state(test)'), tag.matches(':state(idle)')]).to.deep.equal([true, true, false]);
  });

  it('fits into 320 pixels, amount and all', async () => {
    playCanister({ status: 'paid', payment: payment({ presentment: { amount: 123456789000, currency: 'idr' } }) });
    comeBack();
    const tag = await mount({ reference: 'order-42' });
    tag.parentElement!.style.width = '296px';
    expect(said(tag)).to.contain('1,234,567,890.00');
    expect(tag.scrollWidth).to.equal(296);
  });
});

describe('the live region', () => {
  it('is there, and empty, before it has something to say, and stays the same', async () => {
    let visibility = 'hidden';
    stub(document, 'visibilityState', () => visibility);
    const tag = await mount();
    const region = part(tag, 'status')!;
    expect(region.getAttribute('role')).to.equal('status');
    expect(said(tag)).to.equal('');
    tag.remove();
    comeBack();
    playCanister(PAID);
    document.body.append(tag);
    await settle(tag);
    expect(said(tag)).to.equal('Checking the payment…');
    visibility = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    await settle(tag);
    expect(said(tag)).to.contain('Payment received');
    expect(part(tag, 'status') === region).to.equal(true);
    tag.remove();
  });
});

describe('what is said', () => {
  it('is the amount that the shopper saw, by the digits of Stripe', async () => {
    for (const [fields, text] of [
      [{ amount_total: 80, currency: 'jpy' }, '¥80'],
      [{ amount_total: 80, currency: 'isk' }, 'ISK 0.80'],
      [{ amount_total: 1999, currency: 'eur', presentment: { amount: 2150, currency: 'usd' } }, '$21.50'],
    ] as const) {
      playCanister({ status: 'paid', payment: payment(fields) });
      comeBack();
      const tag = await mount({ locale: 'en-US' });
      expect(part(tag, 'amount')!.textContent.replace(/\s/, ' ')).to.equal(text);
      await cleanUp();
    }
  });

  it('is in the language of the page, or of the attribute', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount({ locale: 'de' });
    expect(part(tag, 'amount')!.textContent.replace(/\s/, ' ')).to.equal('19,99 €');
    tag.locale = 'not a language';
    await tag.updateComplete;
    expect(part(tag, 'amount')!.textContent).to.equal('€19.99');
  });

  it('is what was given back', async () => {
    playCanister({ status: 'paid', payment: payment({ amount_refunded: 500 }) });
    comeBack();
    expect(said(await mount())).to.contain('€5.00 refunded');
  });

  it('is that it is test mode: by the link, then by the session', async () => {
    expect(part(await mount(), 'badge')!.textContent).to.equal('Test mode');
    expect(has(await mount({ 'payment-link': 'https://buy.stripe.com/abc' }), 'badge')).to.equal(false);
    await cleanUp();
    playCanister({ status: 'not_found' });
    comeBack('?check_out_session_id=cs_live_abc');
    expect(has(await mount({ 'payment-link': LINK }), 'badge')).to.equal(false);
  });

  it('is no remedy to a shopper', async () => {
    const tag = await mount();
    expect(has(tag, 'remedy')).to.equal(false);
  });
});

describe('the tag', () => {
  it('says "Pay", or what it is given', async () => {
    const tag = await mount();
    expect(part(tag, 'button')!.textContent).to.equal('Pay');
    tag.textContent = 'Buy now';
    const [label] = (part(tag, 'button')!.firstElementChild as HTMLSlotElement).assignedNodes();
    expect(label.textContent).to.equal('Buy now');
  });

  it('keeps the focus on the button as long as that is there', async () => {
    const tag = await mount({ reference: '/' });
    part(tag, 'button')!.focus();
    tag.locale = 'de';
    await tag.updateComplete;
    expect(focused(tag)).to.equal('button');
    tag.pay();
    await settle(tag);
    expect(focused(tag)).to.equal('status');
  });

  it('is registered once; another version warns and stays out', async () => {
    const warnings: unknown[] = [];
    stub(console, 'warn', () => (text: unknown) => warnings.push(text));
    const again = new URL('./index.ts?again', import.meta.url).href;
    await import(again);
    expect(warnings).to.deep.equal([]);
    expect(customElements.get('ic-stripe-pay') === IcStripePay).to.equal(true);
    stub(customElements, 'get', () => () => ({ version: '0.0.1' }));
    await import(`${again}2`);
    expect(warnings).to.deep.equal([`<ic-stripe-pay> ${IcStripePay.version}: 0.0.1 came first and stays.`]);
  });

  it('tells nothing while it is idle', async () => {
    const statuses = listen('ic-stripe-status');
    await mount();
    expect(statuses.length).to.equal(0);
  });
});
