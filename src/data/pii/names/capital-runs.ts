/** Runs of capitalised words, the places where names stand in text that is written with capital letters. */
import { nameSuffixes, particles, titles } from './cues.ts';
import { gap, shape, type Words } from './cut-words.ts';

/** Words `first` to `last`, both included. */
export type Run = { first: number; last: number };

/** Longer runs are headings; names end before that. */
const longestRun = 12;

/** Whether word i is written like a name and is no part of an address on the web, a path or an identifier. */
export function isCapital(words: Words, i: number): boolean {
  const one = words.shapes[i]!;
  if (one === shape.lower || one === shape.number) return false;
  return ((words.gaps[i]! | words.gaps[i + 1]!) & gap.glue) === 0;
}

/** Whether only a space is between word i - 1 and word i, or the full stop of an initial or a title. */
export function follows(words: Words, i: number): boolean {
  const between = words.gaps[i]!;
  if (between === gap.space) return true;
  if ((between & ~gap.space) !== gap.dot) return false;
  return words.shapes[i - 1] === shape.initial || titles.at(words, i - 1) || nameSuffixes.at(words, i - 1);
}

/** Whether a capital letter of word i says nothing, as the first of a sentence, a line or a quotation. */
export function beginsSentence(words: Words, i: number): boolean {
  if (i === 0) return true;
  const before = words.gaps[i]!;
  if ((before & (gap.newline | gap.stop | gap.colon | gap.quote)) !== 0) return true;
  return (before & gap.dot) !== 0 && !follows(words, i);
}

/** All runs, in order. A lower-case particle between capitalised words belongs to the run. */
export function capitalRuns(words: Words): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < words.count; i++) {
    if (!isCapital(words, i)) continue;
    let last = i;
    while (last - i < longestRun) {
      const next = nextInRun(words, last + 1);
      if (next === undefined) break;
      last = next;
    }
    runs.push({ first: i, last });
    i = last;
  }
  return runs;
}

function nextInRun(words: Words, i: number): number | undefined {
  for (let at = i; at < Math.min(words.count, i + 3) && follows(words, at); at++) {
    if (isCapital(words, at)) return at;
    if (!particles.at(words, at) || (at === i && isArticle(words, at))) return undefined;
  }
  return undefined;
}

/** "Beleuchtung der Marke": der is a part of names after another particle only, as in "van der Berg". */
function isArticle(words: Words, i: number): boolean {
  return words.keyOf(i) === 'der';
}

/** The text from the first word of a run to the end of its last. */
export function spanOf(words: Words, { first, last }: Run): { start: number; end: number } {
  return { start: words.starts[first]!, end: words.ends[last]! };
}
