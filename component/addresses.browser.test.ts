import { cleanUp, click, comeBack, expect, has, listen, mount, PAID, payment, playCanister, reload, SESSION, settle, stub, wait } from './harness.js';

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

const ID = `check_out_session_id=${SESSION}`;

/** As if the script were evaluated now. */
let copies = 0;
const evaluate = (): Promise<unknown> => import(new URL(`./returned.ts?address=${copies++}`, import.meta.url).href);

describe("a page's own address", () => {
  for (const [before, after] of [
    [`?q=a+b&${ID}`, '?q=a+b'],
    [`?q=%e4%F6&${ID}&r=%zz`, '?q=%e4%F6&r=%zz'],
    [`?a=1&a=2&${ID}&a=1`, '?a=1&a=2&a=1'],
    [`?a=&b&${ID}&=c&&`, '?a=&b&=c&&'],
    [`?next=%2Fcart%3Fcheck_out%3D1&${ID}`, '?next=%2Fcart%3Fcheck_out%3D1'],
    [`?${ID}&name=%E6%97%A5%E6%9C%AC#%E6%97%A5?a+b`, '?name=%E6%97%A5%E6%9C%AC#%E6%97%A5?a+b'],
    [`?${ID}#:~:text=x`, ''],
    [`?${ID}#!/cart?a=%20&b=+`, '#!/cart?a=%20&b=+'],
    [`?a=1;b=2&${ID}&c='(*)'`, '?a=1;b=2&c=%27(*)%27'],
  ]) {
    it(`is kept to the letter: ${before.replace(ID, 'ID')}`, async () => {
      playCanister(PAID);
      const length = history.length;
      comeBack(before);
      const tag = await mount();
      expect(tag.state.kind).to.equal('paid');
      expect(location.href).to.equal(location.origin + location.pathname + after);
      expect(history.length).to.equal(length);
    });
  }

  it('unicode and all, is kept as the browser writes it', async () => {
    playCanister(PAID);
    comeBack(`?café=ü&${ID}#日本`);
    const written = location.href;
    await mount();
    expect(location.href).to.equal(written.replace(`&${ID}`, ''));
  });
});

describe('session-param', () => {
  it('names the id where the shop calls it otherwise, and it is taken out of the address', async () => {
    const requests = playCanister(PAID);
    comeBack(`?sid=${SESSION}&a=1`);
    const tag = await mount({ 'session-param': 'sid' });
    expect([tag.state.kind, location.search, requests.length]).to.deep.equal(['paid', '?a=1', 1]);
  });

  it('of two tags are two names', async () => {
    playCanister(PAID);
    comeBack(`?order=${SESSION}`);
    const [first, second] = await Promise.all([mount({ 'session-param': 'ticket' }), mount({ 'session-param': 'order', reference: 'b' })]);
    expect([first.state.kind, second.state.kind].sort()).to.deep.equal(['idle', 'paid']);
    expect(location.search).to.equal('');
  });

  for (const name of ['a.b', '[sid]', '$', 'toString', 'ü']) {
    it(`may be ${name}`, async () => {
      playCanister(PAID);
      comeBack(`?x=1&${encodeURIComponent(name)}=${SESSION}`);
      expect((await mount({ 'session-param': name })).state.kind).to.equal('paid');
      expect(location.search).to.equal('?x=1');
    });
  }

  it('that nobody gave is no name: what stands under others is left alone', async () => {
    const requests = playCanister(PAID);
    comeBack(`?sid2=${SESSION}`);
    expect((await mount()).state.kind).to.equal('idle');
    expect([location.search, requests.length]).to.deep.equal([`?sid2=${SESSION}`, 0]);
  });

  it('is heeded on a tag that is told of it after it was added', async () => {
    playCanister(PAID);
    comeBack(`?late=${SESSION}`);
    const tag = await mount();
    tag.sessionParam = 'late';
    await settle(tag);
    expect([tag.state.kind, location.search]).to.deep.equal(['paid', '']);
  });
});

describe('a hash router', () => {
  /** Draws a tag on the route that the hash names. */
  function route(): void {
    outlet.replaceChildren();
    if (!location.hash.startsWith('#/pay')) return;
    const tag = document.createElement('ic-stripe-pay');
    for (const [name, value] of [['payment-link', 'https://buy.stripe.com/test_abc'], ['canister-id', 'rrkah-fqaaa-aaaaa-aaaaq-cai']]) tag.setAttribute(name, value);
    outlet.append(tag);
  }
  const outlet = document.createElement('main');
  beforeEach(() => {
    document.body.append(outlet);
    addEventListener('hashchange', route);
  });
  afterEach(() => {
    outlet.remove();
    removeEventListener('hashchange', route);
  });
  const kind = async (): Promise<string | undefined> => {
    await wait(60);
    return outlet.querySelector('ic-stripe-pay')?.state.kind;
  };

  it('sees no change of its hash when the address is cleaned, and keeps its route', async () => {
    playCanister(PAID);
    comeBack(`?${ID}#/pay?tab=1`);
    let changes = 0;
    addEventListener('hashchange', () => changes++, { once: true });
    route();
    expect([await kind(), location.hash, location.search, changes]).to.deep.equal(['paid', '#/pay?tab=1', '', 0]);
  });

  it('that leads away and back again has no payment looked up twice at once, and may sell anew', async () => {
    const requests = playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack(`#/pay?${ID}`);
    route();
    expect(await kind()).to.equal('paid');
    location.hash = '#/cart';
    expect(await kind()).to.equal(undefined);
    location.hash = '#/pay';
    expect(await kind()).to.equal('idle');
    expect([requests.length, paid.length]).to.deep.equal([1, 1]);
  });

  it('that leads away in the middle of a look-up aborts it, and goes on when it leads back', async () => {
    const requests = playCanister('silence', PAID);
    comeBack(`#/pay?${ID}`);
    route();
    await kind();
    location.hash = '#/cart';
    await kind();
    expect(requests.map(({ init }) => init.signal!.aborted)).to.deep.equal([true]);
    location.hash = '#/pay';
    expect([await kind(), requests.length]).to.deep.equal(['paid', 2]);
  });
});

describe('Vue Router', () => {
  interface Entry { back: string | null; current: string; forward: string | null; position: number; replaced: boolean; scroll: null }

  /** What of its handling of the history matters here: it keeps each page's address in the history's state, and puts it back as it leaves. */
  function startRouter(): { push: (to: string) => void } {
    let entry: Entry = { back: null, current: location.pathname + location.search + location.hash, forward: null, position: 0, replaced: true, scroll: null };
    history.replaceState(entry, '', entry.current);
    return {
      push(to) {
        const left = { ...entry, ...(history.state as Entry), forward: to };
        history.replaceState(left, '', left.current);
        entry = { back: left.current, current: to, forward: null, position: left.position + 1, replaced: false, scroll: null };
        history.pushState(entry, '', to);
      },
    };
  }

  it('finds what it keeps in the history untouched', async () => {
    playCanister(PAID);
    comeBack(`?${ID}&a=1`);
    await evaluate();
    startRouter();
    const before: unknown = history.state;
    const tag = await mount();
    expect([tag.state.kind, location.search]).to.deep.equal(['paid', '?a=1']);
    expect(history.state).to.deep.equal(before);
  });

  it('leads away and, by the Back button, to the address as it came: nothing is told twice, and it is cleaned again', async () => {
    playCanister(PAID);
    const paid = listen('ic-stripe-paid');
    comeBack(`?${ID}`);
    await evaluate();
    const router = startRouter();
    const tag = await mount();
    const home = tag.parentElement!;
    const { pathname } = location;
    router.push('/cart');
    tag.remove();
    await wait(20);
    const back = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
    history.back();
    await back;
    expect(location.pathname).to.equal(pathname);
    home.append(tag);
    await settle(tag);
    expect([tag.state.kind, location.search, paid.length]).to.deep.equal(['paid', '', 1]);
  });
});

describe('Next', () => {
  it('puts the address back while modules are evaluated, and is told the clean one by its own replaceState', async () => {
    playCanister(PAID);
    comeBack(`?${ID}&a=1`);
    const dirty = location.href;
    const native = history.replaceState.bind(history);
    const told: unknown[] = [];
    await evaluate();
    // As it hydrates: in the same task as the modules, and from then on it hears of every change that is not its own.
    native({ __NA: true, tree: 1 }, '', dirty);
    stub(history, 'replaceState', () => (state: { __NA?: boolean } | null, _: string, url: string) => {
      if (!state?.__NA) told.push(url);
      native({ ...state, __NA: true, tree: 1 }, '', url);
    });
    const tag = await mount();
    expect([tag.state.kind, location.search]).to.deep.equal(['paid', '?a=1']);
    expect([...new Set(told)]).to.deep.equal([dirty.replace(`${ID}&`, '')]);
    expect(history.state).to.deep.equal({ __NA: true, tree: 1 });
  });
});

describe('a shop of one page', () => {
  it('that leaves the page of a payment under way has it found on the next that sells the same', async () => {
    const tag = await mount({ reference: 'order-1' });
    const reference = click(tag);
    tag.remove();
    reload('navigate');
    const requests = playCanister({ status: 'processing', payment: payment({ client_reference_id: reference }), retry_after_ms: 60_000 });
    comeBack();
    const first = await mount({ reference: 'order-1' });
    first.remove();
    history.pushState(null, '', '?page=2');
    await wait(10);
    const second = await mount({ reference: 'order-1' });
    expect([second.state.kind, has(second, 'button'), requests.length]).to.deep.equal(['processing', false, 2]);
  });
});
