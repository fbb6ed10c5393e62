// The known word a mistyped one was probably meant to be.

/** Fewest insertions, deletions and replacements that turn `a` into `b` (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[b.length]!;
}

/** The closest of `known`, letter case ignored, when at most half of the longer word has to change. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < fewest && distance <= Math.max(word.length, candidate.length) / 2) {
      best = candidate;
      fewest = distance;
    }
  }
  return best;
}

/** "did you mean `x`? known: a, b, c": the hint for a word that is not one of `known`. */
export function knownWordsHint(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  const list = `known: ${known.join(", ")}`;
  return nearest === undefined ? list : `did you mean ${nearest}? ${list}`;
}
