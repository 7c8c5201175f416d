import { cleanUp, comeBack, expect, focused, has, listen, mount, PAID, part, payment, playCanister, said, settle, stub, wait } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

describe('asking again', () => {
  it('obeys retry_after_ms', async () => {
    const requests = playCanister({ status: 'checking', retry_after_ms: 1600 }, PAID);
    const paid = listen('ic-stripe-paid');
    comeBack();
    const tag = await mount();
    await wait(2300);
    expect(tag.state.kind).to.equal('paid');
    expect(paid.length).to.equal(1);
    const [first, second] = requests;
    expect(second.at - first.at).to.be.above(1600);
    expect(second.at - first.at).to.be.below(2200);
  });

  it('ends, and is aborted, when the tag leaves the document; and goes on when it enters again', async () => {
    const requests = playCanister('silence', PAID);
    const statuses = listen('ic-stripe-status');
    comeBack();
    const tag = await mount();
    const home = tag.parentElement!;
    expect(requests[0].init.signal!.aborted).to.equal(false);
    tag.remove();
    expect(requests[0].init.signal!.aborted).to.equal(true);
    await wait(1500);
    expect(requests.length).to.equal(1);
    home.append(tag);
    await settle(tag);
    expect(requests.length).to.equal(2);
    expect(statuses.map(({ status }) => status)).to.deep.equal(['confirming', 'paid']);
  });

  it('does not go on between two requests after the tag has left', async () => {
    const requests = playCanister({ status: 'checking' }, PAID);
    comeBack();
    (await mount()).remove();
    await wait(1500);
    expect(requests.length).to.equal(1);
  });

  it('waits while nobody looks', async () => {
    const requests = playCanister(PAID);
    let visibility = 'hidden';
    stub(document, 'visibilityState', () => visibility);
    comeBack();
    const tag = await mount();
    expect(tag.state.kind).to.equal('confirming');
    expect(requests.length).to.equal(0);
    visibility = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    await settle(tag);
    expect(tag.state.kind).to.equal('paid');
    expect(requests.length).to.equal(1);
  });

  it('waits while offline, says so, and offers nothing that cannot work', async () => {
    const requests = playCanister(PAID);
    let isOnline = false;
    stub(navigator, 'onLine', () => isOnline);
    comeBack();
    const tag = await mount();
    expect(said(tag)).to.equal('You are offlineThere is no need to pay again.');
    expect(has(tag, 'retry')).to.equal(false);
    expect(requests.length).to.equal(0);
    isOnline = true;
    dispatchEvent(new Event('online'));
    await wait(100);
    expect(tag.state.kind).to.equal('paid');
    expect(requests.length).to.equal(1);
  });

  const html = { headers: { 'content-type': 'text/html' } };
  for (const [what, reply] of [
    ['a canister that is down', new Response('<h1>503</h1>', { status: 503, ...html })],
    ['too many requests', Response.json({ error: { code: 'busy', message: '' } }, { status: 429 })],
    ["a gateway's own 400", new Response('<h1>canister_not_found</h1>', { status: 400, ...html })],
    ['no network', new TypeError('Failed to fetch')],
    ['HTML', new Response('<h1>Hello</h1>', html)],
    ['no JSON at all', new Response('')],
    ['null', Response.json(null)],
    ['a status of the future', Response.json({ status: 'paid_in_part', payment: payment() })],
    ['paid without a payment', Response.json({ status: 'paid' })],
    ["somebody else's payment", Response.json({ status: 'paid', payment: payment({ id: 'cs_test_other' }) })],
    ['a wait that is none', Response.json({ status: 'checking', retry_after_ms: 'soon' })],
    ['a wait before now', Response.json({ status: 'checking', retry_after_ms: -5 })],
  ] as const) {
    it(`is what follows ${what}`, async () => {
      const requests = playCanister(reply, PAID);
      const paid = listen('ic-stripe-paid');
      comeBack();
      const tag = await mount();
      expect(tag.state.kind).to.match(/^(unavailable|confirming)$/);
      expect(said(tag)).to.match(/^(Still checking…There is no need to pay again|Checking)/);
      expect(paid.length).to.equal(0);
      await wait(1500);
      expect(tag.state.kind).to.equal('paid');
      expect(requests.length).to.equal(2);
    });
  }

  it("is not what follows the canister's refusal", async () => {
    const requests = playCanister(Response.json({ error: { code: 'bad_session_id', message: '' } }, { status: 400 }), PAID);
    comeBack();
    const tag = await mount();
    expect(tag.state.kind).to.equal('not_found');
    await wait(1500);
    expect(requests.length).to.equal(1);
  });

  it('is left to the shopper when the canister cannot ask at all', async () => {
    const requests = playCanister({ status: 'unavailable', reason: 'misconfigured' }, PAID);
    const errors = listen('ic-stripe-error');
    comeBack();
    const tag = await mount();
    expect(said(tag)).to.contain('Cannot tell right now');
    expect(errors.map(({ code }) => code)).to.deep.equal(['canister_misconfigured']);
    await wait(1500);
    expect(requests.length).to.equal(1);
    const retry = part(tag, 'retry')!;
    retry.focus();
    retry.click();
    await wait(100);
    expect(tag.state.kind).to.equal('paid');
    // The button has gone; the focus is on what took its place.
    expect(focused(tag)).to.equal('status');
  });

  it('a canister that sheds load is asked again when it says so', async () => {
    const requests = playCanister(Response.json({ status: 'unavailable', reason: 'busy', retry_after_ms: 1600 }, { status: 429 }), PAID);
    comeBack();
    const tag = await mount();
    await wait(1500);
    expect(requests.length).to.equal(1);
    await wait(800);
    expect(tag.state.kind).to.equal('paid');
  });

  it('sooner than allowed is not what the button does', async () => {
    const requests = playCanister({ status: 'unavailable', reason: 'busy', retry_after_ms: 1500 }, PAID);
    comeBack();
    const tag = await mount();
    part(tag, 'retry')!.click();
    await wait(200);
    expect(requests.length).to.equal(1);
    await wait(1500);
    expect(requests.length).to.equal(2);
    expect(tag.state.kind).to.equal('paid');
  });
});
