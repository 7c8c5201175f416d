import { CANISTER, cleanUp, click, comeBack, expect, has, LINK, listen, mount, PAID, part, payment, playCanister, reload, said, SESSION, settle, stub, wait } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

describe('a shopper who comes back', () => {
  it('sees the payment confirmed after one simple request', async () => {
    const requests = playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack();
    const tag = await mount();
    expect(said(tag)).to.equal('Payment received€19.99This payment was not started in this browser.');
    expect(has(tag, 'button')).to.equal(false);
    expect(requests.length).to.equal(1);
    const [{ url, init }] = requests;
    expect(url).to.equal(`https://${CANISTER}.icp0.io/checkout/${SESSION}`);
    const { signal, ...rest } = init;
    expect(signal).to.be.instanceOf(AbortSignal);
    expect(rest).to.deep.equal({ credentials: 'omit', cache: 'no-store', redirect: 'error' });
    expect(paid.length).to.equal(1);
    expect(paid[0].own).to.equal('unknown');
    expect(paid[0].payment.amount_total).to.equal(1999);
    await wait(1500);
    expect(requests.length).to.equal(1);
  });

  it('has set out from here: it is their own, and shows the end of the reference only', async () => {
    const reference = click(await mount({ reference: 'order-42' }));
    expect(reference).to.match(/^order-42-isp1[a-z2-7]{26}$/);
    reload('navigate');
    playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
    const paid = listen('ic-stripe-paid');
    const status = listen('ic-stripe-status');
    comeBack();
    const tag = await mount({ reference: 'order-42' });
    expect(paid.map(({ own }) => own)).to.deep.equal(['yes']);
    expect(status.map(({ own, status }) => [status, own])).to.deep.equal([['confirming', 'unknown'], ['paid', 'yes']]);
    expect(said(tag)).to.contain(`…${reference.slice(-6)}`);
    expect(tag.renderRoot.textContent).not.to.contain(reference.slice(-7));
    // Final, so nothing is remembered of the attempt.
    expect(Object.keys(localStorage).filter((key) => key.includes('attempt'))).to.deep.equal([]);
  });

  it('finds the address cleaned, the history state kept, all else to the letter', async () => {
    playCanister(PAID);
    history.replaceState({ mine: 1 }, '');
    comeBack(`?a=%7e+b&check_out_session_id=${SESSION}&&c=ü#/pay?x=1`);
    await mount();
    expect(location.search + location.hash).to.equal('?a=%7e+b&&c=%C3%BC#/pay?x=1');
    expect(history.state).to.deep.equal({ mine: 1 });
  });

  it('finds the address cleaned only a task later, for routers to read', async () => {
    playCanister(PAID);
    comeBack();
    document.body.append(document.createElement('ic-stripe-pay'));
    expect(location.search).to.contain(SESSION);
    await Promise.resolve();
    expect(location.search).to.contain(SESSION);
    await wait(5);
    expect(location.search).to.equal('');
  });

  it('on a Next page, whose marks in the history state are left out', async () => {
    playCanister(PAID);
    history.replaceState({ __NA: true, _N: true, __PRIVATE: { tree: 1 } }, '');
    comeBack();
    await mount();
    expect(history.state).to.deep.equal({ __PRIVATE: { tree: 1 } });
  });

  it('to a hash route', async () => {
    playCanister(PAID);
    comeBack(`#/pay?check_out_session_id=${SESSION}`);
    const tag = await mount();
    expect(tag.state.kind).to.equal('paid');
    expect(location.hash).to.equal('#/pay');
  });

  it('and reloads still sees it paid, and the page is not told twice', async () => {
    playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack();
    await mount();
    reload();
    expect(location.search).to.equal('');
    const again = await mount();
    expect(again.state.kind).to.equal('paid');
    expect(paid.length).to.equal(1);
  });

  it('later, by a link of the shop, may buy again', async () => {
    const requests = playCanister(PAID);
    comeBack();
    await mount();
    reload('navigate');
    const again = await mount();
    expect(again.state.kind).to.equal('idle');
    expect(part(again, 'button')!.ariaDisabled).to.equal('false');
    expect(requests.length).to.equal(1);
  });

  it('by a bookmark is told, but the page is not told twice', async () => {
    playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack();
    await mount();
    reload('navigate');
    comeBack();
    expect((await mount()).state.kind).to.equal('paid');
    expect(paid.length).to.equal(1);
  });

  it('in another tab finds a payment of theirs that is still on its way, instead of the button', async () => {
    const reference = click(await mount());
    reload('navigate');
    playCanister({ status: 'processing', payment: payment({ client_reference_id: reference }) });
    comeBack();
    await mount();
    reload('navigate');
    sessionStorage.clear();
    const other = await mount();
    expect(other.state.kind).to.equal('processing');
    expect(has(other, 'button')).to.equal(false);
    reload('navigate');
    sessionStorage.clear();
    const another = await mount({ 'payment-link': LINK + '2' });
    expect(another.state.kind).to.equal('idle');
  });

  it('without storage: confirmed, told once, the address cleaned when it is final', async () => {
    const requests = playCanister({ status: 'checking' }, PAID);
    for (const storage of ['localStorage', 'sessionStorage']) {
      stub(window, storage, () => {
        throw new DOMException('', 'SecurityError');
      });
    }
    const paid = listen('ic-stripe-paid');
    comeBack();
    const tag = await mount();
    expect(tag.state.kind).to.equal('confirming');
    expect(location.search).to.contain(SESSION);
    await wait(1400);
    expect(tag.state.kind).to.equal('paid');
    expect(location.search).to.equal('');
    expect(requests.length).to.equal(2);
    tag.remove();
    document.body.append(tag);
    await settle(tag);
    expect(paid.length).to.equal(1);
    expect(click(await mount({ 'payment-link': LINK + '2' }))).to.match(/^isp1/);
  });

  it('to a tag whose canister comes late', async () => {
    const requests = playCanister(PAID);
    comeBack();
    const tag = await mount({ 'canister-id': '' });
    expect(tag.state.kind).to.equal('misconfigured');
    expect(said(tag)).to.contain('If you have paid, do not pay again');
    tag.canisterId = CANISTER;
    await settle(tag);
    expect(tag.state.kind).to.equal('paid');
    expect(requests.length).to.equal(1);
  });

  it('with full storage', async () => {
    playCanister(PAID);
    stub(Storage.prototype, 'setItem', () => () => {
      throw new DOMException('', 'QuotaExceededError');
    });
    comeBack();
    expect((await mount()).state.kind).to.equal('paid');
    expect(location.search).to.equal('');
  });
});

describe('an address that no payment came back to', () => {
  it('with an empty id is no return, and is cleaned', async () => {
    const requests = playCanister(PAID);
    comeBack('?check_out_session_id=&a=1');
    expect((await mount()).state.kind).to.equal('idle');
    expect(location.search).to.equal('?a=1');
    expect(requests.length).to.equal(0);
  });

  it('is left alone', async () => {
    const requests = playCanister(PAID);
    comeBack('?a=1');
    expect((await mount()).state.kind).to.equal('idle');
    expect(location.search).to.equal('?a=1');
    expect(requests.length).to.equal(0);
  });

  for (const value of ['{CHECKOUT_SESSION_ID}', '%7BCHECKOUT_SESSION_ID%7D', '%257BCHECKOUT_SESSION_ID%257D']) {
    it(`with the placeholder ${value} is a mistake in the Dashboard, and says how to mend it`, async () => {
      const requests = playCanister(PAID);
      const errors = listen('ic-stripe-error');
      comeBack(`?check_out_session_id=${value}`);
      const tag = await mount();
      expect(tag.state.kind).to.equal('misconfigured');
      expect(has(tag, 'button')).to.equal(false);
      expect(said(tag)).to.contain('If you have paid, do not pay again');
      expect(errors.map(({ code }) => code)).to.deep.equal(['placeholder_unfilled']);
      expect(errors[0].message).to.contain('?check_out_session_id={CHECKOUT_SESSION_ID}');
      expect(requests.length).to.equal(0);
      reload();
      expect((await mount()).state.kind).to.equal('misconfigured');
    });

    it(`with the placeholder ${value} does not make the tag forget that a payment was set out for`, async () => {
      click(await mount());
      reload('navigate');
      comeBack(`?check_out_session_id=${value}`);
      await mount();
      expect(Object.keys(localStorage).filter((key) => key.includes(':attempt:')).length).to.equal(1);
    });
  }

  for (const value of ['nonsense', 'cs_test_', 'cs_test_a/../b', 'cs_live_a?b', 'pi_1', `cs_test_${'a'.repeat(300)}`, '%00', '<script>']) {
    it(`with the made-up id ${JSON.stringify(value.slice(0, 20))} finds nothing, and asks nobody`, async () => {
      const requests = playCanister(PAID);
      const errors = listen('ic-stripe-error');
      comeBack(`?check_out_session_id=${encodeURIComponent(value)}`);
      const tag = await mount();
      expect(tag.state.kind).to.equal('not_found');
      expect(errors.map(({ code, own }) => [code, own])).to.deep.equal([['session_id_invalid', 'unknown']]);
      expect(requests.length).to.equal(0);
      expect(location.search).to.equal('');
    });
  }
});

describe('two tags on a page', () => {
  it('make one request and one event of a payment; the first owns what none remembers', async () => {
    const requests = playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack();
    const [first, second] = await Promise.all([mount(), mount({ 'payment-link': LINK + '2' })]);
    expect([first.state.kind, second.state.kind]).to.deep.equal(['paid', 'idle']);
    expect(requests.length).to.equal(1);
    expect(paid.length).to.equal(1);
    expect(paid[0].target === first).to.equal(true);
  });

  it('the one that was clicked owns the payment', async () => {
    await mount();
    const reference = click(await mount({ 'payment-link': LINK + '2' }));
    reload('navigate');
    const requests = playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
    comeBack();
    const [first, second] = await Promise.all([mount(), mount({ 'payment-link': LINK + '2' })]);
    expect([first.state.kind, second.state.kind]).to.deep.equal(['idle', 'paid']);
    expect(requests.length).to.equal(1);
  });

  it('hand it over when the guess was wrong, without another request', async () => {
    const reference = click(await mount());
    await wait(5);
    click(await mount({ 'payment-link': LINK + '2' }));
    reload('navigate');
    const requests = playCanister({ status: 'paid', payment: payment({ client_reference_id: reference }) });
    const paid = listen('ic-stripe-paid');
    comeBack();
    const [first, second] = await Promise.all([mount(), mount({ 'payment-link': LINK + '2' })]);
    expect([first.state.kind, second.state.kind]).to.deep.equal(['paid', 'idle']);
    expect(paid.map(({ target, own }) => [target === first, own])).to.deep.equal([[true, 'yes']]);
    expect(requests.length).to.equal(1);
  });
});
