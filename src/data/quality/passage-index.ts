/** Which passages of a knowledge base hold the words of a statement: an inverted index over word stems. */
import { hashWords } from '../../text/hashed-words.ts';

export type PassageIndex = {
  passages: readonly string[];
  /** Passages by the stems in them, in order. */
  postings: ReadonlyMap<number, readonly number[]>;
  /** ln(1 + passages / passages with it), by stem. */
  idf: ReadonlyMap<number, number>;
  /** Weight of a stem that no passage has. */
  unseen: number;
};

/** Passages that a stem leads to at most: one that leads to more tells little. */
const mostPostings = 200;

/** Indexes passages by the stems of their words. Memory grows with their text. */
export function indexPassages(passages: readonly string[]): PassageIndex {
  const postings = new Map<number, number[]>();
  passages.forEach((text, passage) => {
    for (const stem of new Set(hashWords(text).stems)) {
      const list = postings.get(stem);
      if (list) list.push(passage);
      else postings.set(stem, [passage]);
    }
  });
  const idf = new Map([...postings].map(([stem, list]) => [stem, Math.log1p(passages.length / list.length)]));
  return { passages, postings, idf, unseen: Math.log1p(passages.length) };
}

export type Support = {
  /** Share of the statement's words that the best passage holds, each weighted by its idf, in [0, 1]. */
  share: number;
  /** The best passage, the first of equals; undefined where no passage has a telling word of the statement. */
  passage: number | undefined;
};

/** How far one passage covers the words of a statement. */
export function supportOf(index: PassageIndex, stems: ReadonlySet<number>): Support {
  const { postings, idf, unseen } = index;
  let total = 0;
  const found = new Map<number, number>();
  const frequent: number[] = [];
  for (const stem of stems) {
    const weight = idf.get(stem) ?? unseen;
    total += weight;
    const list = postings.get(stem);
    if (list === undefined) continue;
    if (list.length > mostPostings) frequent.push(stem);
    else for (const passage of list) found.set(passage, (found.get(passage) ?? 0) + weight);
  }
  for (const stem of frequent) {
    const weight = idf.get(stem)!;
    for (const passage of found.keys())
      if (includes(postings.get(stem)!, passage)) found.set(passage, found.get(passage)! + weight);
  }
  let passage: number | undefined;
  let most = 0;
  for (const [candidate, weight] of found)
    if (weight > most || (weight === most && candidate < passage!)) {
      most = weight;
      passage = candidate;
    }
  return { share: total === 0 ? 0 : most / total, passage };
}

/** Binary search in an ascending list. */
function includes(list: readonly number[], value: number): boolean {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (list[middle]! === value) return true;
    if (list[middle]! < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
