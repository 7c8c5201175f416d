import { CANISTER, cleanUp, click, comeBack, expect, has, LINK, listen, mount, PAID, part, playCanister, reload, said, SESSION, settle, stub, wait } from './harness.js';
import type { IcStripePay } from './element.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

const cancel = (event: Event): void => event.preventDefault();

describe('every event', () => {
  it('bubbles, leaves shadow trees, and can be cancelled', async () => {
    const host = document.createElement('div');
    document.body.append(host);
    const heard = new Map<string, boolean>();
    for (const name of ['redirect', 'return', 'status', 'paid', 'error'] as const) {
      listen(`ic-stripe-${name}`, (event) => {
        heard.set(name, event.bubbles && event.composed && event.cancelable && event.target === host);
      });
    }
    playCanister({ status: 'unavailable', reason: 'misconfigured' }, PAID);
    comeBack();
    const tag = document.createElement('ic-stripe-pay');
    for (const [name, value] of [['payment-link', LINK], ['canister-id', CANISTER]]) tag.setAttribute(name, value);
    host.attachShadow({ mode: 'open' }).append(tag);
    await settle(tag);
    tag.check();
    await wait(50);
    tag.reset();
    tag.addEventListener('ic-stripe-redirect', cancel);
    tag.pay();
    expect([...heard].sort()).to.deep.equal([['error', true], ['paid', true], ['redirect', true], ['return', true], ['status', true]]);
    host.remove();
  });
});

describe('ic-stripe-return, cancelled', () => {
  it('leaves the payment to the page: the canister is not asked, and nothing is said', async () => {
    const requests = playCanister(PAID);
    const returns = listen('ic-stripe-return', cancel);
    const statuses = listen('ic-stripe-status');
    comeBack('?a=1&check_out_session_id=' + SESSION);
    const tag = await mount();
    expect(returns.map(({ sessionId, own }) => [sessionId, own])).to.deep.equal([[SESSION, 'unknown']]);
    expect([tag.state.kind, said(tag), requests.length, statuses.length]).to.deep.equal(['idle', '', 0, 0]);
    expect(location.search).to.equal('?a=1');
  });

  it('is not told again by a reload, which shows nothing of the payment either', async () => {
    const requests = playCanister(PAID);
    const returns = listen('ic-stripe-return', cancel);
    comeBack();
    await mount();
    reload();
    expect((await mount()).state.kind).to.equal('idle');
    expect([returns.length, requests.length]).to.deep.equal([1, 0]);
  });

  it('does not have the payment found by its reference instead, when the tag is moved', async () => {
    click(await mount());
    reload('navigate');
    const requests = playCanister({ status: 'not_found' });
    listen('ic-stripe-return', cancel);
    comeBack();
    const tag = await mount();
    document.body.prepend(tag);
    await settle(tag);
    expect(requests.length).to.equal(0);
  });

  it('has no second tag take the payment over', async () => {
    const requests = playCanister(PAID);
    const returns = listen('ic-stripe-return', cancel);
    comeBack();
    const tags = await Promise.all([mount(), mount({ 'payment-link': LINK + '2' })]);
    expect(tags.map(({ state }) => state.kind)).to.deep.equal(['idle', 'idle']);
    expect([returns.length, requests.length]).to.deep.equal([1, 0]);
  });
});

describe('ic-stripe-status, cancelled', () => {
  const quiet = async (): Promise<IcStripePay> => {
    listen('ic-stripe-status', cancel);
    comeBack();
    return mount();
  };

  it('leaves the card to the page, and goes on', async () => {
    const requests = playCanister({ status: 'checking' }, PAID);
    const paid = listen('ic-stripe-paid');
    const tag = await quiet();
    expect([tag.state.kind, said(tag), has(tag, 'card')]).to.deep.equal(['confirming', '', false]);
    expect(part(tag, 'status')!.getAttribute('role')).to.equal('status');
    await wait(1400);
    expect([tag.state.kind, said(tag), requests.length, paid.length]).to.deep.equal(['paid', '', 2, 1]);
  });

  it('leaves the button that checks again', async () => {
    playCanister({ status: 'unavailable', reason: 'misconfigured' });
    const tag = await quiet();
    expect([said(tag), has(tag, 'retry')]).to.deep.equal(['', true]);
  });

  it('leaves the buttons of a payment found again', async () => {
    playCanister(PAID);
    comeBack();
    await mount();
    reload();
    listen('ic-stripe-status', cancel);
    const tag = await mount();
    expect([said(tag), has(tag, 'show'), has(tag, 'another')]).to.deep.equal(['', true, true]);
  });

  it('leaves the button that pays, and the link of a frame that opens nothing', async () => {
    listen('ic-stripe-status', cancel);
    stub(window, 'open', () => () => null);
    const tag = await mount({ target: '_blank' });
    part(tag, 'button')!.click();
    await tag.updateComplete;
    expect([said(tag), has(tag, 'link')]).to.deep.equal(['', true]);
    tag.reset();
    await tag.updateComplete;
    expect(has(tag, 'button')).to.equal(true);
  });

  it('once is not cancelled for the next state', async () => {
    playCanister({ status: 'checking' }, PAID);
    document.addEventListener('ic-stripe-status', cancel, { once: true });
    comeBack();
    const tag = await mount();
    expect(said(tag)).to.equal('');
    await wait(1400);
    expect(said(tag)).to.contain('Payment received');
  });
});

describe('ic-stripe-paid, cancelled', () => {
  it('is told again at the next load, until somebody takes it in, and only once a load', async () => {
    playCanister(PAID);
    let deaf = true;
    const paid = listen('ic-stripe-paid', (event) => deaf && event.preventDefault());
    comeBack();
    const tag = await mount();
    tag.remove();
    document.body.append(tag);
    await settle(tag);
    expect(paid.length).to.equal(1);
    reload();
    expect((await mount()).state.kind).to.equal('paid');
    expect(paid.length).to.equal(2);
    deaf = false;
    reload();
    await mount();
    reload();
    await mount();
    expect(paid.length).to.equal(3);
  });
});

describe('the properties of the tag', () => {
  it('set before the script was there count as if set after', async () => {
    const tag = document.createElement('ic-stripe-pay-late') as unknown as IcStripePay;
    document.body.append(tag);
    tag.paymentLink = LINK;
    tag.messages = { pay: 'Buy it' };
    const { IcStripePay: Class } = await import('./element.js');
    customElements.define('ic-stripe-pay-late', class extends Class {});
    await settle(tag);
    expect([tag.paymentLink, part(tag, 'button')!.textContent]).to.deep.equal([LINK, 'Buy it']);
    tag.remove();
  });
});
