import { describe, expect, it } from 'vitest';
import { mergeEntries, mergeLists } from './merge.js';

describe('a list that two have changed', () => {
  it('has the additions of both, and nothing that either has removed', () => {
    expect(mergeLists(['a', 'b', 'mine'], ['a', 'b'], ['theirs', 'a', 'b'])).toEqual(['theirs', 'a', 'b', 'mine']);
    expect(mergeLists(['b'], ['a', 'b', 'c'], ['a', 'b'])).toEqual(['b']);
    expect(mergeLists(['a', 'same'], ['a'], ['a', 'same'])).toEqual(['a', 'same']);
    expect(mergeLists([], ['a'], ['a', 'b'])).toEqual(['b']);
  });

  it('of entries that can be changed keeps those that I have changed, even where they removed it', () => {
    const entry = (key: string, value = 0) => ({ key, value });
    const merge = (mine: ReturnType<typeof entry>[], was: ReturnType<typeof entry>[], theirs: ReturnType<typeof entry>[]) => mergeEntries(mine, was, theirs, ({ key }) => key, (my, old, their) => (my.value === old?.value ? their : my));
    expect(merge([entry('a'), entry('mine')], [entry('a')], [entry('a', 1), entry('theirs')])).toEqual([entry('a', 1), entry('theirs'), entry('mine')]);
    expect(merge([entry('a', 2)], [entry('a')], [entry('a', 1)])).toEqual([entry('a', 2)]);
    expect(merge([], [entry('a')], [entry('a', 1)])).toEqual([]);
    expect(merge([entry('a')], [entry('a')], [])).toEqual([]);
    expect(merge([entry('a', 2)], [entry('a')], [])).toEqual([entry('a', 2)]);
  });
});
