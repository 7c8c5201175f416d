import type { IcStripePay } from './element.js';
import { CANISTER, cleanUp, click, comeBack, expect, focused, has, LINK, listen, mount, PAID, part, payment, playCanister, reload, said, SESSION, settle, stub, wait } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

/** Where the tests may lead to. */
const NOWHERE = `${location.origin}/nowhere?prefilled_email=a%2Bb%40c.de`;

describe('the button', () => {
  it('leads to the payment link with a fresh reference each time, and keeps what the link holds', async () => {
    const tag = await mount({ 'payment-link': `${LINK}?prefilled_email=a%2Bb%40c.de&x=1`, reference: 'order-42' });
    const redirects = listen('ic-stripe-redirect');
    const references = [click(tag), click(tag)];
    expect(redirects.map(({ own }) => own)).to.deep.equal(['yes', 'yes']);
    redirects.forEach(({ url }, index) => {
      const { origin, pathname, searchParams } = new URL(url);
      expect(origin + pathname).to.equal(LINK);
      expect([...searchParams]).to.deep.equal([['prefilled_email', 'a+b@c.de'], ['x', '1'], ['client_reference_id', references[index]]]);
    });
    expect(references[0] === references[1]).to.equal(false);
    expect(tag.state.kind).to.equal('idle');
  });

  it('tells the page in the task of the click, so that the page may still stop it', async () => {
    const tag = await mount();
    let heard = false;
    tag.addEventListener('ic-stripe-redirect', (event) => {
      heard = event.bubbles && event.composed && event.cancelable;
      event.preventDefault();
    });
    expect(tag.pay()).to.equal(false);
    expect(heard).to.equal(true);
  });

  for (const [link, code] of [
    ['', 'payment_link_missing'],
    ['buy.stripe.com/abc', 'payment_link_invalid'],
    ['/abc', 'payment_link_invalid'],
    ['http://buy.stripe.com/abc', 'payment_link_invalid'],
    ['https://me@buy.stripe.com/abc', 'payment_link_invalid'],
    ['https://me:secret@buy.stripe.com/abc', 'payment_link_invalid'],
    ['javascript:alert(1)', 'payment_link_invalid'],
    ['https://', 'payment_link_invalid'],
  ]) {
    it(`with the link ${JSON.stringify(link)} leads nowhere, and says why`, async () => {
      await refuses({ 'payment-link': link }, code);
    });
  }
  for (const reference of ['User/42', 'auth0|1', 'YQ==', 'a b', 'é', 'a'.repeat(170)]) {
    it(`with the reference ${JSON.stringify(reference.slice(0, 10))} leads nowhere, and says why`, async () => {
      await refuses({ reference }, 'reference_invalid');
    });
  }
  for (const [attributes, code] of [
    [{ 'canister-id': '' }, 'canister_id_missing'],
    [{ 'canister-id': 'rrkah' }, 'canister_id_invalid'],
    [{ gateway: 'http://example.com' }, 'gateway_invalid'],
  ] as const) {
    it(`with ${JSON.stringify(attributes)} leads nowhere, for nobody could confirm the payment`, async () => {
      await refuses(attributes, code);
    });
  }

  async function refuses(attributes: Record<string, string>, code: string): Promise<void> {
    const tag = await mount(attributes);
    const [redirects, errors] = [listen('ic-stripe-redirect'), listen('ic-stripe-error')];
    part(tag, 'button')!.click();
    await settle(tag);
    expect(redirects.length).to.equal(0);
    expect(errors.map((error) => error.code)).to.deep.equal([code]);
    expect(tag.state.kind).to.equal('misconfigured');
    expect(said(tag)).to.contain('Payment is not available here');
    // On localhost the page says so, too.
    expect(part(tag, 'remedy')!.textContent).to.equal(errors[0].message);
    for (const name of Object.keys(attributes)) tag.setAttribute(name, name === 'reference' ? 'order-42' : '');
    for (const [name, value] of [['payment-link', LINK], ['canister-id', CANISTER]]) tag.setAttribute(name, value);
    await settle(tag);
    expect(tag.state.kind).to.equal('idle');
  }

  it('takes a reference of 169 characters, and makes the 200 that Stripe takes', async () => {
    const reference = click(await mount({ reference: 'a'.repeat(169) }));
    expect(reference.length).to.equal(200);
  });

  it('puts the remedy into the console, unless the page stops it', async () => {
    const told: unknown[] = [];
    stub(console, 'error', () => (text: unknown) => told.push(text));
    const tag = await mount({ reference: '/' });
    tag.pay();
    await settle(tag);
    expect(`${told.join()}`).to.contain('<ic-stripe-pay> reference_invalid: ');
    tag.reference = undefined;
    await settle(tag);
    tag.reference = '/';
    tag.addEventListener('ic-stripe-error', (event) => event.preventDefault());
    await settle(tag);
    tag.pay();
    await settle(tag);
    expect(told.length).to.equal(1);
  });

  for (const status of ['open', 'failed', 'expired'] as const) {
    it(`is there again when a payment of the shopper's own is ${status}, and starts another`, async () => {
      const reference = click(await mount());
      reload('navigate');
      const theirs = payment({ client_reference_id: reference });
      playCanister({ status, payment: theirs });
      comeBack();
      const tag = await mount();
      expect(tag.state.kind).to.equal(status);
      expect(said(tag)).to.contain('You have not been charged. You can try again.');
      expect(click(tag)).to.match(/^isp1/);
    });

    it(`is not there when somebody else's is ${status}`, async () => {
      playCanister({ status, payment: payment() });
      comeBack();
      const tag = await mount();
      expect(tag.state.kind).to.equal(status);
      expect(has(tag, 'button')).to.equal(false);
      expect(said(tag)).not.to.contain('again');
      expect(tag.pay()).to.equal(false);
    });
  }

  for (const answer of [{ status: 'checking' }, { status: 'processing', payment: payment() }, PAID, { status: 'refunded', payment: payment() }, { status: 'not_found' }, { status: 'unavailable' }] as const) {
    it(`is not there while a payment may exist: ${answer.status}`, async () => {
      playCanister(answer);
      comeBack();
      const tag = await mount();
      expect(has(tag, 'button')).to.equal(false);
      expect(tag.pay()).to.equal(false);
    });
  }

  it('is not there for a moment before a payment that came back is looked up', async () => {
    playCanister('silence');
    comeBack();
    const tag = document.createElement('ic-stripe-pay');
    document.body.append(tag);
    await tag.updateComplete;
    expect(has(tag, 'button')).to.equal(false);
    tag.remove();
  });
});

describe('leaving', () => {
  it('really leaves, once, whatever is clicked', async () => {
    const page = open('/nothing')!;
    try {
      await loaded(page);
      const tag = await mountIn(page);
      let redirects = 0;
      tag.addEventListener('ic-stripe-redirect', () => redirects++);
      const statuses: unknown[] = [];
      tag.addEventListener('ic-stripe-status', ({ status, own }) => statuses.push([status, own]));
      const button = part(tag, 'button')!;
      button.click();
      expect(tag.state.kind).to.equal('leaving');
      button.click();
      expect(tag.pay()).to.equal(false);
      await tag.updateComplete;
      expect(part(tag, 'button') === button).to.equal(true);
      expect(button.ariaDisabled).to.equal('true');
      expect(said(tag)).to.equal('Taking you to Stripe…');
      expect(redirects).to.equal(1);
      expect(statuses).to.deep.equal([['leaving', 'yes']]);
      for (let i = 0; i < 100 && !page.location.href.includes('nowhere'); i++) await wait(20);
      expect(page.location.href).to.match(/\/nowhere\?prefilled_email=a%2Bb%40c\.de&client_reference_id=isp1[a-z2-7]{26}$/);
    } finally {
      page.close();
    }
  });

  it('gives the button back to who comes back by the Back button', async () => {
    const { page, tag } = await sandboxed('allow-scripts allow-same-origin');
    part(tag, 'button')!.click();
    await tag.updateComplete;
    expect(has(tag, 'button')).to.equal(false);
    page.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
    expect(tag.state.kind).to.equal('leaving');
    page.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await tag.updateComplete;
    expect(tag.state.kind).to.equal('idle');
    expect(part(tag, 'button')!.ariaDisabled).to.equal('false');
  });

  it('out of a sandboxed frame takes a new tab', async () => {
    const { page, tag } = await sandboxed('allow-scripts allow-same-origin allow-popups');
    const opened: unknown[][] = [];
    const tab = { opener: page };
    page.open = (...args) => {
      opened.push(args);
      return tab as unknown as Window;
    };
    part(tag, 'button')!.click();
    tag.pay();
    await tag.updateComplete;
    expect(opened.length).to.equal(1);
    expect(opened[0][1]).to.equal('_blank');
    expect(tab.opener === null).to.equal(true);
    expect(said(tag)).to.equal('Please pay in the new tab');
  });

  it('out of a frame that may not even do that shows a link, with the reason, and the focus on it', async () => {
    const { tag } = await sandboxed('allow-scripts allow-same-origin');
    let url = '';
    tag.addEventListener('ic-stripe-redirect', (event) => ({ url } = event));
    const button = part(tag, 'button')!;
    button.focus();
    button.click();
    await tag.updateComplete;
    expect(said(tag)).to.equal('This frame may not open StripePlease open or copy the link.');
    expect(part(tag, 'link')!.getAttribute('href')).to.equal(url);
    expect(focused(tag)).to.equal('link');
  });

  /** A frame of the same origin, so that the test can reach into it. */
  async function sandboxed(sandbox: string): Promise<{ page: Window & typeof globalThis; tag: IcStripePay }> {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', sandbox);
    frame.src = '/nothing';
    document.body.append(frame);
    frames.push(frame);
    const page = frame.contentWindow as Window & typeof globalThis;
    await loaded(page);
    return { page, tag: await mountIn(page) };
  }
  const frames: HTMLIFrameElement[] = [];
  afterEach(() => frames.splice(0).forEach((frame) => frame.remove()));

  async function loaded(page: Window): Promise<void> {
    for (let i = 0; i < 100 && !(page.location.pathname === '/nothing' && page.document.readyState === 'complete'); i++) await wait(20);
  }

  async function mountIn(page: Window): Promise<IcStripePay> {
    const script = page.document.createElement('script');
    script.type = 'module';
    script.src = new URL('./index.ts', import.meta.url).href;
    page.document.body.append(script);
    await new Promise((resolve) => (script.onload = resolve));
    const tag = page.document.createElement('ic-stripe-pay');
    tag.setAttribute('payment-link', NOWHERE);
    tag.setAttribute('canister-id', CANISTER);
    page.document.body.append(tag);
    await settle(tag);
    return tag;
  }
});

describe('a tag that stands for another payment now', () => {
  it('starts anew after the end of the last one', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount();
    tag.paymentLink = LINK + '2';
    await settle(tag);
    expect(tag.state.kind).to.equal('idle');
  });

  it('goes on with one under way, and with its request, when only a missing attribute came late', async () => {
    const requests = playCanister('silence');
    comeBack();
    const tag = await mount();
    tag.reference = 'order-42';
    await settle(tag);
    expect(tag.state.kind).to.equal('confirming');
    expect(requests.map(({ init }) => init.signal!.aborted)).to.deep.equal([false]);
    expect(requests[0].url).to.contain(SESSION);
  });

  it('starts anew on another page of a single-page shop, and not when it is only moved', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount();
    const home = tag.parentElement!;
    document.body.append(tag);
    await settle(tag);
    expect(tag.state.kind).to.equal('paid');
    tag.remove();
    history.pushState(null, '', '?elsewhere');
    await wait(5);
    home.append(tag);
    await settle(tag);
    expect(tag.state.kind).to.equal('idle');
  });
});
