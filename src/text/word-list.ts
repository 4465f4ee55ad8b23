/** Finds words and phrases of a list in a text: whole words, case ignored, in time linear in the text. */

export type WordFinder = (text: string) => string[];

const wordPattern = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that put no space between words: there a listed word counts wherever it stands. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** A finder of `list`; what it finds is given as listed, in the order of the text. */
export function wordFinder(list: readonly string[]): WordFinder {
  /** By first word, the words that follow it in each phrase; longest first. */
  const phrases = new Map<string, { rest: string[]; listed: string }[]>();
  const anywhere: string[] = [];
  for (const listed of list) {
    const folded = fold(listed);
    const [first, ...rest] = folded.match(wordPattern) ?? [];
    if (first === undefined) continue;
    if (unspaced.test(listed)) anywhere.push(folded);
    else phrases.set(first, [...(phrases.get(first) ?? []), { rest, listed }]);
  }
  for (const one of phrases.values()) one.sort((a, b) => b.rest.length - a.rest.length);
  return (text) => {
    const folded = fold(text);
    const words = folded.match(wordPattern) ?? [];
    const found: string[] = [];
    for (let i = 0; i < words.length; i++) {
      const match = phrases
        .get(words[i]!)
        ?.find(({ rest }) => rest.every((word, k) => words[i + 1 + k] === word));
      if (match === undefined) continue;
      found.push(match.listed);
      i += match.rest.length;
    }
    if (unspaced.test(folded)) found.push(...anywhere.filter((word) => folded.includes(word)));
    return found;
  };
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
