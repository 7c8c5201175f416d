import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlaceholder, readReturnAddress } from './return-address.js';

const A = 'cs_test_a1';
const B = 'cs_live_b2';

describe('finds the id and leaves all else to the letter', () => {
  it.each([
    [`https://shop/?check_out_session_id=${A}`, A, 'https://shop/'],
    [`https://shop/?checkout_session_id=${A}`, A, 'https://shop/'],
    [`https://shop/p?a=1&check_out_session_id=${A}&b=2`, A, 'https://shop/p?a=1&b=2'],
    [`https://shop/?check_out_session_id=${A}#top`, A, 'https://shop/#top'],
    [`https://shop/?check_out_session_id=${A}#/pay?x=1`, A, 'https://shop/#/pay?x=1'],
    [`https://shop/#/pay?check_out_session_id=${A}`, A, 'https://shop/#/pay'],
    [`https://shop/?x=%7e#/pay?y=1&check_out_session_id=${A}&z=%20`, A, 'https://shop/?x=%7e#/pay?y=1&z=%20'],
    [`https://shop/#/pay?check_out_session_id=${A}#section`, A, 'https://shop/#/pay#section'],
    [`https://shop/?q=a+b&c=%zz&&d&e==&check_out_session_id=${A}&f=ü%2F`, A, 'https://shop/?q=a+b&c=%zz&&d&e==&f=ü%2F'],
    [`https://shop/?a=?&check_out_session_id=${A}`, A, 'https://shop/?a=?'],
    [`https://shop/?check%5Fout%5Fsession%5Fid=${A}`, A, 'https://shop/'],
    [`https://shop/?check_out_session_id=%63s_test_a1`, A, 'https://shop/'],
    // Of several, the well-formed, then the better name, then the first.
    [`https://shop/?checkout_session_id=${B}&check_out_session_id=${A}`, A, 'https://shop/'],
    [`https://shop/?check_out_session_id=${A}&check_out_session_id=${B}`, A, 'https://shop/'],
    [`https://shop/?check_out_session_id=${A}#/?check_out_session_id=${B}`, A, 'https://shop/#/'],
    [`https://shop/?check_out_session_id={CHECKOUT_SESSION_ID}&checkout_session_id=${A}`, A, 'https://shop/'],
    // What is no id is reported as it came.
    ['https://shop/?check_out_session_id=', '', 'https://shop/'],
    ['https://shop/?check_out_session_id', '', 'https://shop/'],
    ['https://shop/?check_out_session_id=a=b', 'a=b', 'https://shop/'],
    ['https://shop/?check_out_session_id=%zz', '%zz', 'https://shop/'],
    ['https://shop/?check_out_session_id={CHECKOUT_SESSION_ID}', '{CHECKOUT_SESSION_ID}', 'https://shop/'],
    ['https://shop/?check_out_session_id=%7BCHECKOUT_SESSION_ID%7D', '{CHECKOUT_SESSION_ID}', 'https://shop/'],
  ])('%s', (href, value, cleaned) => {
    expect(readReturnAddress(href)).toEqual({ value, cleaned });
  });
});

it.each([
  'https://shop/',
  'https://shop/?',
  'https://shop/?a=1',
  `https://shop/?xcheck_out_session_id=${A}`,
  `https://shop/?check_out_session_ids=${A}`,
  `https://shop/?CHECK_OUT_SESSION_ID=${A}`,
  `https://shop/check_out_session_id=${A}`,
  `https://shop/#check_out_session_id=${A}`,
  `https://shop/?next=/?check_out_session_ids=${A}`,
  'about:srcdoc',
])('finds none in %s', (href) => {
  expect(readReturnAddress(href)).toBeUndefined();
});

it('takes the id back out of wherever it was put', () => {
  const piece = fc.stringMatching(/^[a-z=%+;/?:@!$'()*,~.-]{0,8}$/).filter((text) => !text.includes('session'));
  fc.assert(
    fc.property(fc.array(piece), fc.nat(), fc.option(piece), fc.boolean(), (pairs, at, hash, inHash) => {
      const put = (list: string[]) => list.toSpliced(at % (list.length + 1), 0, `check_out_session_id=${A}`);
      const write = (list: string[]) => (list.length ? `?${list.join('&')}` : '');
      const query = inHash ? pairs : put(pairs);
      const route = inHash ? write(put([])) : '';
      const tail = hash === null && !inHash ? '' : `#/${hash?.replaceAll('?', '') ?? ''}`;
      const found = readReturnAddress(`https://shop/${write(query)}${tail}${route}`);
      expect(found).toEqual({ value: A, cleaned: `https://shop/${write(pairs)}${tail}` });
    }),
  );
});

it('knows the placeholder in every encoding', () => {
  for (const value of ['{CHECKOUT_SESSION_ID}', '%7BCHECKOUT_SESSION_ID%7D', 'CHECKOUT_SESSION_ID']) expect(isPlaceholder(value)).toBe(true);
  expect(isPlaceholder(A)).toBe(false);
});
