/** What becomes of a list that two people have changed at the same time. */

/** Both people's additions, without what either has removed: in their order, and mine at the end. */
export function mergeLists(mine: readonly string[], was: readonly string[], theirs: readonly string[]): string[] {
  return [...theirs.filter((entry) => mine.includes(entry) || !was.includes(entry)), ...mine.filter((entry) => !was.includes(entry) && !theirs.includes(entry))];
}

/** The same for entries that can be changed, too: `merge` is for those that all three have. One that I have changed stays although they removed it. */
export function mergeEntries<T>(mine: readonly T[], was: readonly T[], theirs: readonly T[], keyOf: (entry: T) => string, merge: (mine: T, was: T | undefined, theirs: T) => T): T[] {
  const find = (entries: readonly T[], key: string) => entries.find((entry) => keyOf(entry) === key);
  const kept = theirs.flatMap((entry) => {
    const [own, old] = [find(mine, keyOf(entry)), find(was, keyOf(entry))];
    return own ? [merge(own, old, entry)] : old ? [] : [entry];
  });
  const added = mine.filter((entry) => {
    const old = find(was, keyOf(entry));
    return !find(theirs, keyOf(entry)) && (!old || JSON.stringify(old) !== JSON.stringify(entry));
  });
  return [...kept, ...added];
}
