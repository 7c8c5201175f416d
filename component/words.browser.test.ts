import { cleanUp, comeBack, expect, has, mount, PAID, part, payment, playCanister, said, stub, wait } from './harness.js';
import type { IcStripePay } from './element.js';

const realFetch = window.fetch.bind(window);

afterEach(cleanUp);
beforeEach(() => stub(console, 'error', () => () => undefined));

describe('texts', () => {
  it('of the property `messages` stand instead of the own, one by one, now and later', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount();
    tag.messages = { paid: 'Thank you!', test: 'Play money' };
    await tag.updateComplete;
    expect([part(tag, 'title')!.textContent, part(tag, 'badge')!.textContent]).to.deep.equal(['Thank you!', 'Play money']);
    expect(said(tag)).to.contain('This payment was not started in this browser.');
    tag.messages = undefined;
    await tag.updateComplete;
    expect(part(tag, 'title')!.textContent).to.equal('Payment received');
  });

  it('of messages are text, whatever they hold', async () => {
    const tag = await mount();
    tag.messages = { pay: '<img src=x onerror=alert(1)>{amount}' };
    await tag.updateComplete;
    expect(part(tag, 'button')!.textContent).to.equal('<img src=x onerror=alert(1)>{amount}');
  });

  it('of slots stand instead of the heading, and of the sentences under it', async () => {
    playCanister(PAID);
    comeBack();
    const tag = await mount();
    tag.innerHTML = '<span slot="paid">It is yours</span><i slot="paid-detail">Look into your mail.</i><b slot="failed">Alas</b>';
    await wait(20);
    const shown = [...tag.renderRoot.querySelectorAll('slot')].flatMap((slot) => slot.assignedElements().map(({ slot, textContent }) => [slot, textContent]));
    expect(shown).to.deep.equal([['paid', 'It is yours'], ['paid-detail', 'Look into your mail.']]);
  });

  for (const [what, answer, isNeeded] of [
    ['not found', { status: 'not_found' }, true],
    ['unsettled', { status: 'processing', reason: 'unsettled', payment: payment() }, true],
    ['stopped', { status: 'unavailable', reason: 'misconfigured' }, true],
    ['still checking', { status: 'unavailable', reason: 'busy' }, false],
    ['confirming', { status: 'checking' }, false],
    ['processing', { status: 'processing', payment: payment() }, false],
    ['paid', PAID, false],
    ['refunded', { status: 'refunded', payment: payment() }, false],
    ['failed', { status: 'failed', payment: payment() }, false],
    ['open', { status: 'open', payment: payment() }, false],
  ] as const) {
    it(`how to reach the shop is ${isNeeded ? '' : 'not '}shown when a payment is ${what}`, async () => {
      playCanister(answer);
      comeBack();
      const tag = await mount();
      tag.innerHTML = '<a slot="support" href="mailto:a@b.example">Ask us</a>';
      expect(tag.querySelector('a')!.getBoundingClientRect().height > 0).to.equal(isNeeded);
    });
  }

  it('how to reach the shop is shown when the address of a payment cannot be used', async () => {
    comeBack('?check_out_session_id={CHECKOUT_SESSION_ID}');
    expect((await mount()).renderRoot.querySelectorAll('slot[name=support]').length).to.equal(1);
  });

  it('how to reach the shop is not shown when only the button cannot be used', async () => {
    const tag = await mount({ reference: '/' });
    tag.pay();
    await tag.updateComplete;
    expect([tag.state.kind, tag.renderRoot.querySelectorAll('slot[name=support]').length]).to.deep.equal(['misconfigured', 0]);
  });
});

describe('the language', () => {
  const root = document.documentElement;
  afterEach(() => root.removeAttribute('lang'));
  beforeEach(() => stub(navigator, 'languages', () => ['es-MX', 'fr']));

  const words = async (tag: IcStripePay): Promise<[string, string]> => {
    for (let i = 0; i < 100 && !has(tag, 'button'); i++) await wait(20);
    return [part(tag, 'base')!.lang, part(tag, 'button')!.textContent];
  };

  it('is that of the attribute, or else of the page, or else of the browser', async () => {
    expect(await words(await mount())).to.deep.equal(['es', 'Pagar']);
    root.lang = 'it-CH';
    expect(await words(await mount())).to.deep.equal(['it', 'Paga']);
    expect(await words(await mount({ locale: 'nl' }))).to.deep.equal(['nl', 'Betalen']);
  });

  it('is that of the part of the page that the tag is in', async () => {
    root.lang = 'it';
    const tag = await mount({ locale: 'en' });
    tag.parentElement!.lang = 'pl';
    tag.removeAttribute('locale');
    await wait(50);
    await tag.updateComplete;
    expect((await words(tag))[0]).to.equal('pl');
  });

  it('is that of the page also in a shadow tree', async () => {
    root.lang = 'it';
    const host = document.createElement('div');
    document.body.append(host);
    const tag = await mount();
    host.attachShadow({ mode: 'open' }).append(tag);
    tag.requestUpdate();
    await wait(50);
    expect((await words(tag))[0]).to.equal('it');
    host.remove();
  });

  it('that is not spoken here gives way to the next that is', async () => {
    root.lang = 'tlh';
    expect((await words(await mount({ locale: 'x' })))[0]).to.equal('es');
  });

  it('is loaded before anything is drawn, from the folder of the script', async () => {
    const asked: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    window.fetch = async (url, init) => {
      asked.push(`${url as string}`);
      await held;
      return realFetch(url, init);
    };
    const tag = await mount({ locale: 'fi' });
    const other = await mount({ locale: 'fi', reference: 'b' });
    expect([tag.renderRoot.textContent.trim(), has(tag, 'base')]).to.deep.equal(['', false]);
    expect(asked).to.deep.equal([new URL('./locales/fi.json', import.meta.url).href]);
    release();
    expect([await words(tag), (await words(other))[0]]).to.deep.equal([['fi', 'Maksa'], 'fi']);
  });

  it('that cannot be loaded is English, and another time that language', async () => {
    playCanister(new TypeError('Failed to fetch'));
    expect(await words(await mount({ locale: 'hu' }))).to.deep.equal(['en', 'Pay']);
    window.fetch = realFetch;
    expect((await words(await mount({ locale: 'hu' })))[0]).to.equal('hu');
  });

  it('that comes after another was asked for is not spoken', async () => {
    const tag = await mount({ locale: 'sv' });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    window.fetch = async (...args) => {
      await held;
      return realFetch(...args);
    };
    tag.locale = 'tr';
    await wait(20);
    tag.locale = 'en';
    await wait(20);
    release();
    await wait(100);
    expect(await words(tag)).to.deep.equal(['en', 'Pay']);
  });

  it('changes while a payment is looked up, which is not looked up again for it', async () => {
    const requests = playCanister('silence');
    const answer = window.fetch.bind(window);
    window.fetch = (...args) => (`${args[0] as string}`.includes('/locales/') ? realFetch(...args) : answer(...args));
    comeBack();
    const tag = await mount({ locale: 'en' });
    expect(said(tag)).to.equal('Checking the payment…');
    tag.locale = 'de';
    for (let i = 0; i < 50 && part(tag, 'base')!.lang === 'en'; i++) await wait(20);
    expect([said(tag), requests.length]).to.deep.equal(['Zahlung wird geprüft …', 1]);
  });
});
