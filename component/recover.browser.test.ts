import { CANISTER, cleanUp, click, comeBack, expect, has, LINK, listen, mount, part, payment, playCanister, reload, said, SESSION, settle, stub, wait } from './harness.js';
import type { Payment } from '../canister/contract.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

/** Sets out to pay, in a tab that then never comes back. */
async function setOut(attributes: Record<string, string> = {}): Promise<string> {
  const reference = click(await mount(attributes));
  reload('navigate');
  return reference;
}

const theirs = (reference: string, fields: Partial<Payment> = {}): Payment => payment({ client_reference_id: reference, ...fields });

describe('a payment whose tab never came back', () => {
  it('is found by its reference on the next visit; amount and reference wait for a click', async () => {
    const reference = await setOut({ reference: 'order-42' });
    const requests = playCanister({ status: 'paid', payment: theirs(reference) });
    const paid = listen('ic-stripe-paid');
    const tag = await mount({ reference: 'order-42' });
    expect(requests.map(({ url }) => url)).to.deep.equal([`https://${CANISTER}.icp0.io/reference/${reference}`]);
    expect(tag.state.kind).to.equal('paid');
    expect(said(tag)).to.equal('Payment received');
    expect(tag.renderRoot.textContent).not.to.contain(reference.slice(-6));
    expect(has(tag, 'button')).to.equal(false);
    expect(paid.map(({ own, sessionId }) => [own, sessionId])).to.deep.equal([['yes', SESSION]]);
    part(tag, 'show')!.click();
    await tag.updateComplete;
    expect(said(tag)).to.equal(`Payment received€19.99Reference …${reference.slice(-6)}`);
    expect([has(tag, 'show'), has(tag, 'another')]).to.deep.equal([false, false]);
  });

  it('and is finished can be put aside, to pay anew', async () => {
    playCanister({ status: 'paid', payment: theirs(await setOut()) });
    const tag = await mount();
    part(tag, 'another')!.click();
    await settle(tag);
    expect(tag.state.kind).to.equal('idle');
    expect(click(tag)).to.match(/^isp1/);
  });

  it('and is on its way is no invitation to pay again', async () => {
    const requests = playCanister({ status: 'processing', retry_after_ms: 60_000, payment: theirs(await setOut()) });
    const tag = await mount();
    expect(tag.state.kind).to.equal('processing');
    expect([has(tag, 'button'), has(tag, 'another')]).to.deep.equal([false, false]);
    expect(tag.pay()).to.equal(false);
    expect(requests.length).to.equal(1);
  });

  for (const answer of [{ status: 'not_found' }, { status: 'checking' }, { status: 'open', payment: payment() }, { status: 'expired', payment: payment() }] as const) {
    it(`and was not made, as ${answer.status} says, leaves the button, and is not asked about twice`, async () => {
      const reference = await setOut();
      const requests = playCanister('payment' in answer ? { ...answer, payment: theirs(reference) } : answer);
      const tag = await mount();
      await wait(30);
      expect(tag.state.kind).to.equal('idle');
      expect(has(tag, 'button')).to.equal(true);
      tag.remove();
      document.body.append(tag);
      await settle(tag);
      expect(requests.map(({ url }) => url)).to.deep.equal([`https://${CANISTER}.icp0.io/reference/${reference}`]);
      tag.remove();
    });
  }

  it('hides the button until the canister has answered', async () => {
    await setOut();
    playCanister('silence');
    const tag = document.createElement('ic-stripe-pay');
    for (const [name, value] of [['payment-link', LINK], ['canister-id', CANISTER]]) tag.setAttribute(name, value);
    document.body.append(tag);
    await tag.updateComplete;
    expect(has(tag, 'button')).to.equal(false);
    await settle(tag);
    expect([tag.state.kind, has(tag, 'button')]).to.deep.equal(['confirming', false]);
    tag.remove();
  });

  it('is asked about again where the canister cannot tell, and nobody is invited meanwhile', async () => {
    const reference = await setOut();
    const requests = playCanister(Response.json({ status: 'unavailable', reason: 'busy', retry_after_ms: 100 }, { status: 429 }), { status: 'paid', payment: theirs(reference) });
    const tag = await mount();
    expect([tag.state.kind, has(tag, 'button')]).to.deep.equal(['unavailable', false]);
    await wait(1400);
    expect(tag.state.kind).to.equal('paid');
    expect(requests.length).to.equal(2);
  });

  it('is found among several, the last ones first', async () => {
    const first = await setOut();
    await wait(5);
    playCanister({ status: 'not_found' });
    const tagOfSecond = await mount();
    await wait(30);
    click(tagOfSecond);
    reload('navigate');
    const requests = playCanister({ status: 'not_found' }, { status: 'paid', payment: theirs(first) });
    const tag = await mount();
    for (let i = 0; i < 20 && tag.state.kind !== 'paid'; i++) await wait(20);
    expect(tag.state.kind).to.equal('paid');
    expect(requests.length).to.equal(2);
  });

  it('is forgotten once its session has run out', async () => {
    const reference = await setOut();
    const key = `ic-stripe-pay:attempt:${reference}`;
    localStorage.setItem(key, JSON.stringify({ ...(JSON.parse(localStorage.getItem(key)!) as object), created: Date.now() - 2 * 86_400_000 }));
    playCanister({ status: 'not_found' });
    await mount();
    await wait(30);
    expect(localStorage.getItem(key) === null).to.equal(true);
  });

  it('is not asked about when the shopper comes back by the Back button', async () => {
    await setOut();
    reload('back_forward');
    const requests = playCanister({ status: 'not_found' });
    const tag = await mount();
    expect([tag.state.kind, has(tag, 'button'), requests.length]).to.deep.equal(['idle', true, 0]);
  });

  it("of another tag's, or of another reference, is none of this one's", async () => {
    await setOut({ reference: 'order-1' });
    const requests = playCanister({ status: 'not_found' });
    await mount({ reference: 'order-2' });
    await mount({ 'payment-link': LINK + '2', reference: 'order-1' });
    expect(requests.length).to.equal(0);
  });

  it('is not another one that the canister tells of', async () => {
    await setOut();
    playCanister({ status: 'paid', payment: payment({ client_reference_id: `isp1${'a'.repeat(26)}` }) });
    expect((await mount()).state.kind).to.equal('unavailable');
  });
});

describe('paying in another tab', () => {
  const tabs = new BroadcastChannel('ic-stripe-pay');

  /** A tag whose shopper pays in a new tab. */
  async function elsewhere(): Promise<{ tag: Awaited<ReturnType<typeof mount>>; reference: string }> {
    stub(window, 'open', () => () => ({ opener: window }));
    let reference = '';
    const tag = await mount({ target: '_blank' });
    tag.addEventListener('ic-stripe-redirect', (event) => ({ reference } = event), { once: true });
    part(tag, 'button')!.click();
    await tag.updateComplete;
    expect(said(tag)).to.equal('Please pay in the new tab');
    return { tag, reference };
  }

  it('the one that stayed hears from the one that came back, and shows all', async () => {
    const { tag, reference } = await elsewhere();
    const requests = playCanister({ status: 'paid', payment: theirs(reference) });
    tabs.postMessage({ reference, session: SESSION });
    await wait(50);
    await settle(tag);
    expect(said(tag)).to.contain('Payment received€19.99');
    expect(requests.map(({ url }) => url)).to.deep.equal([`https://${CANISTER}.icp0.io/checkout/${SESSION}`]);
    tag.remove();
  });

  it('the one that came back tells', async () => {
    const heard: unknown[] = [];
    tabs.onmessage = ({ data }) => heard.push(data);
    const reference = await setOut();
    playCanister({ status: 'paid', payment: theirs(reference) });
    comeBack();
    await mount();
    await wait(50);
    expect(heard).to.deep.equal([{ reference, session: SESSION, tag: `${LINK}  ${CANISTER}` }]);
    tabs.onmessage = null;
  });

  it('the one that stayed asks the canister when it is looked at again', async () => {
    const { tag, reference } = await elsewhere();
    const requests = playCanister({ status: 'not_found' }, { status: 'paid', payment: theirs(reference) });
    document.dispatchEvent(new Event('visibilitychange'));
    await wait(30);
    expect([tag.state.kind, has(tag, 'link')]).to.deep.equal(['leaving', true]);
    document.dispatchEvent(new Event('visibilitychange'));
    await wait(30);
    await settle(tag);
    expect(tag.state.kind).to.equal('paid');
    expect(requests[0].url).to.contain(`/reference/${reference}`);
    tag.remove();
  });

  it('a tag alike that waits in yet another tab hears of it, too, and does not invite to pay', async () => {
    const tag = await mount();
    playCanister({ status: 'paid', payment: payment() });
    tabs.postMessage({ reference: `isp1${'c'.repeat(26)}`, session: SESSION, tag: `${LINK}  ${CANISTER}` });
    await wait(50);
    await settle(tag);
    expect([tag.state.kind, has(tag, 'button'), said(tag)]).to.deep.equal(['paid', false, 'Payment received']);
  });

  for (const news of [null, 'paid', { reference: 1 }, { reference: `isp1${'c'.repeat(26)}`, session: '/../x', tag: `${LINK}  ${CANISTER}` }, { reference: 'isp1other', session: SESSION, tag: 'other' }]) {
    it(`hears nothing in ${JSON.stringify(news)}`, async () => {
      const tag = await mount();
      const requests = playCanister({ status: 'not_found' });
      tabs.postMessage(news);
      await wait(50);
      expect([tag.state.kind, requests.length]).to.deep.equal(['idle', 0]);
    });
  }
});

describe('two tags alike', () => {
  it('show a payment once, and neither invites to pay again', async () => {
    playCanister({ status: 'paid', payment: theirs(await setOut()) });
    comeBack();
    const [first, second] = await Promise.all([mount(), mount()]);
    await second.updateComplete;
    expect([first.state.kind, second.state.kind]).to.deep.equal(['paid', 'idle']);
    expect(has(second, 'button')).to.equal(false);
    expect(second.pay()).to.equal(false);
    first.reset();
    await second.updateComplete;
    expect(has(second, 'button')).to.equal(true);
  });
});
