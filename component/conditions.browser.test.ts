import { commons } from './commons.js';
import { CANISTER, cleanUp, click, comeBack, expect, has, LINK, listen, mount, PAID, part, payment, playCanister, reload, said, SESSION, settle, stub, wait } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

const OTHER_CANISTER = 'ryjl3-tyaaa-aaaaa-aaaba-cai';
const YEAR = 365 * 86_400_000;

/** Sets out to pay, and is back on the page later. */
async function setOut(attributes: Record<string, string> = {}): Promise<string> {
  const reference = click(await mount(attributes));
  reload('navigate');
  return reference;
}

/** As if the script were evaluated now. */
let copies = 0;
const evaluate = (): Promise<unknown> => import(new URL(`./returned.ts?copy=${copies++}`, import.meta.url).href);

describe('a tag added long after the script has cleaned the address', () => {
  for (const isForbidden of [false, true]) {
    it(`still confirms the payment, once${isForbidden ? ', without storage' : ''}`, async () => {
      if (isForbidden) {
        for (const name of ['localStorage', 'sessionStorage']) stub(window, name, () => { throw new DOMException('', 'SecurityError'); });
      }
      const requests = playCanister(PAID);
      comeBack();
      await evaluate();
      await wait(50);
      expect(location.search).to.equal(isForbidden ? `?check_out_session_id=${SESSION}` : '');
      const tag = await mount();
      expect([tag.state.kind, requests.length, location.search]).to.deep.equal(['paid', 1, '']);
    });
  }
});

describe('a tag whose payment is being looked up', () => {
  it('and is moved in the document goes on, and tells the end once', async () => {
    const requests = playCanister('silence', PAID);
    const [paid, statuses] = [listen('ic-stripe-paid'), listen('ic-stripe-status')];
    comeBack();
    const tag = await mount();
    document.body.prepend(tag);
    await settle(tag);
    expect(requests.map(({ init }) => init.signal!.aborted)).to.deep.equal([true, false]);
    expect(paid.length).to.equal(1);
    expect(statuses.map(({ status }) => status)).to.deep.equal(['confirming', 'paid']);
  });

  it('and is removed hears nothing of what still comes', async () => {
    let answer: (response: Response) => void = () => undefined;
    playCanister();
    window.fetch = () => new Promise((resolve) => (answer = resolve));
    comeBack();
    const tag = await mount();
    const all: Event[] = [];
    for (const name of ['status', 'paid', 'error']) tag.addEventListener(`ic-stripe-${name}`, (event) => all.push(event));
    tag.remove();
    answer(Response.json(PAID));
    await wait(30);
    expect([tag.state.kind, all.length]).to.deep.equal(['confirming', 0]);
  });

  it('and gets another canister asks that one, and the first one no more', async () => {
    const requests = playCanister('silence', PAID);
    comeBack();
    const tag = await mount();
    tag.canisterId = OTHER_CANISTER;
    await settle(tag);
    expect(requests.map(({ url, init }) => [new URL(url).hostname, init.signal!.aborted])).to.deep.equal([
      [`${CANISTER}.icp0.io`, true],
      [`${OTHER_CANISTER}.icp0.io`, false],
    ]);
    expect(tag.state.kind).to.equal('paid');
  });

  it('and gets another link does not invite to pay', async () => {
    playCanister('silence');
    comeBack();
    const tag = await mount();
    tag.paymentLink = LINK + '2';
    await settle(tag);
    expect([tag.state.kind, has(tag, 'button')]).to.deep.equal(['confirming', false]);
  });

  it('and gets other words, e-mail address or promotion code asks no more than it would', async () => {
    const requests = playCanister('silence');
    comeBack();
    const tag = await mount();
    for (const [name, value] of [['email', 'a@b.example'], ['promo-code', 'SALE'], ['lock-email', ''], ['target', '_blank'], ['locale', 'en-GB']]) tag.setAttribute(name, value);
    await settle(tag);
    expect(requests.map(({ init }) => init.signal!.aborted)).to.deep.equal([false]);
  });

  it('and the page is reloaded is looked up again, with the amount hidden from who looks next', async () => {
    const reference = await setOut();
    playCanister({ status: 'checking' });
    comeBack();
    await mount();
    reload();
    const requests = playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
    const tag = await mount();
    expect([tag.state.kind, said(tag), requests.length]).to.deep.equal(['paid', 'Payment received', 1]);
  });
});

describe('tags of different canisters', () => {
  it('ask only the canister by which the payment was set out for', async () => {
    await mount();
    const reference = click(await mount({ 'canister-id': OTHER_CANISTER }));
    reload('navigate');
    const requests = playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
    comeBack();
    const [first, second] = await Promise.all([mount(), mount({ 'canister-id': OTHER_CANISTER })]);
    expect([first.state.kind, second.state.kind]).to.deep.equal(['idle', 'paid']);
    expect(requests.map(({ url }) => new URL(url).hostname)).to.deep.equal([`${OTHER_CANISTER}.icp0.io`]);
  });
});

describe('a browser without the DOM storage that its API promises', () => {
  it('confirms the payment, and lets pay', async () => {
    for (const name of ['localStorage', 'sessionStorage']) stub(window, name, () => null);
    playCanister(PAID);
    comeBack();
    expect((await mount()).state.kind).to.equal('paid');
    expect(click(await mount({ 'payment-link': LINK + '2' }))).to.match(/^isp1/);
  });
});

describe('several payments that never came back', () => {
  it('are not all asked about, but the last three', async () => {
    for (let i = 0; i < 5; i++) localStorage.setItem(`ic-stripe-pay:attempt:isp1${`${i + 2}`.repeat(26)}`, JSON.stringify({ created: Date.now() - i, tag: `${LINK}  ${CANISTER}` }));
    const requests = playCanister({ status: 'not_found' });
    const tag = await mount();
    for (let i = 0; i < 20 && tag.state.kind !== 'idle'; i++) await wait(20);
    await wait(100);
    expect([tag.state.kind, requests.length]).to.deep.equal(['idle', 3]);
  });
});

describe('a network', () => {
  it('that is slow is waited for, with one request', async () => {
    const requests = playCanister(PAID);
    const answer = window.fetch.bind(window);
    window.fetch = async (...args) => {
      const response = await answer(...args);
      await wait(1500);
      return response;
    };
    comeBack();
    const tag = await mount();
    expect([said(tag), has(tag, 'button')]).to.deep.equal(['Checking the payment…', false]);
    await wait(1600);
    expect([tag.state.kind, requests.length]).to.deep.equal(['paid', 1]);
  });

  it('that comes and goes leads to the end all the same, told once, and never back to the button', async () => {
    const page = new Response('<h1>502</h1>', { status: 502 });
    const requests = playCanister(new TypeError('Failed to fetch'), { status: 'checking' }, page, { status: 'checking' }, PAID);
    const [paid, statuses, errors] = [listen('ic-stripe-paid'), listen('ic-stripe-status'), listen('ic-stripe-error')];
    comeBack();
    const tag = await mount();
    for (let i = 0; i < 70 && tag.state.kind !== 'paid'; i++) {
      expect(has(tag, 'button')).to.equal(false);
      await wait(100);
    }
    expect(statuses.map(({ status }) => status)).to.deep.equal(['confirming', 'unavailable', 'confirming', 'unavailable', 'confirming', 'paid']);
    expect([requests.length, paid.length, errors.length]).to.deep.equal([5, 1, 0]);
  });

  it('that is lost between two requests is said to be, and asked again once it is there', async () => {
    const requests = playCanister({ status: 'checking' }, PAID);
    let isOnline = true;
    stub(navigator, 'onLine', () => isOnline);
    comeBack();
    const tag = await mount();
    isOnline = false;
    await wait(1400);
    expect([said(tag), requests.length]).to.deep.equal(['You are offlineThere is no need to pay again.', 1]);
    isOnline = true;
    dispatchEvent(new Event('online'));
    dispatchEvent(new Event('online'));
    await wait(50);
    expect([tag.state.kind, requests.length]).to.deep.equal(['paid', 2]);
  });
});

describe('a clock', () => {
  const real = Date.now.bind(Date);
  let skew = 0;
  beforeEach(() => stub(Date, 'now', () => () => real() + skew));
  afterEach(() => void (skew = 0));

  for (const years of [-40, 40]) {
    it(`wrong by ${years} years while the shopper set out does not keep the payment from being confirmed, once`, async () => {
      skew = years * YEAR;
      const reference = await setOut();
      skew = 0;
      const requests = playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
      const paid = listen('ic-stripe-paid');
      comeBack();
      const tag = await mount();
      expect([tag.state.kind, requests.length, paid.length]).to.deep.equal(['paid', 1, 1]);
    });

    it(`that jumps by ${years} years between two requests makes the next neither sooner nor later`, async () => {
      const requests = playCanister({ status: 'checking', retry_after_ms: 1200 }, PAID);
      comeBack();
      const tag = await mount();
      skew = years * YEAR;
      await wait(800);
      expect(requests.length).to.equal(1);
      await wait(900);
      expect([tag.state.kind, requests.length]).to.deep.equal(['paid', 2]);
    });

    it(`wrong by ${years} years has a payment that never came back asked about once at most, and lets pay`, async () => {
      skew = years * YEAR;
      await setOut();
      skew = 0;
      const requests = playCanister({ status: 'not_found' });
      const tag = await mount();
      await wait(100);
      expect([tag.state.kind, has(tag, 'button')]).to.deep.equal(['idle', true]);
      expect(requests.length).to.be.below(2);
    });

    it(`that jumps by ${years} years after the payment is no trouble for a reload`, async () => {
      const requests = playCanister(PAID);
      comeBack();
      await mount();
      skew = years * YEAR;
      reload();
      const tag = await mount();
      expect(tag.state.kind).to.match(/^(paid|idle)$/);
      expect(requests.length).to.be.below(3);
    });
  }
});

describe('a double click', () => {
  it('opens one tab', async () => {
    const opened: unknown[] = [];
    stub(window, 'open', () => (url: string) => opened.push(url) && { opener: window });
    const tag = await mount({ target: '_blank' });
    const redirects = listen('ic-stripe-redirect');
    const button = part(tag, 'button')!;
    button.click();
    button.click();
    await tag.updateComplete;
    button.click();
    expect([opened.length, redirects.length]).to.deep.equal([1, 1]);
    expect(Object.keys(localStorage).filter((key) => key.includes(':attempt:')).length).to.equal(1);
  });

  it('on "Check again" asks once', async () => {
    const requests = playCanister({ status: 'unavailable', reason: 'misconfigured' }, 'silence');
    comeBack();
    const tag = await mount();
    const retry = part(tag, 'retry')!;
    retry.click();
    retry.click();
    await wait(50);
    expect(requests.length).to.equal(2);
  });
});

describe('a tag that is removed and dropped', () => {
  it('is not held by what the tags share', async () => {
    playCanister('silence');
    comeBack();
    (await mount()).remove();
    expect([commons.tags.size, commons.owners.size]).to.deep.equal([0, 0]);
  });
});
