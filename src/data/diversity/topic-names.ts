/** Readable names for clusters: the terms that set a cluster apart, by class-based tf-idf (BERTopic, arXiv 2203.05794). */
import { splitWords } from '../../text/hashed-words.ts';
import { withoutPlaceholders } from '../pii/placeholder.ts';
import { commonWords } from './common-words.ts';

const termsInName = 3;
/** What is longer is no word that names anything. */
const longestWord = 30;
/**
 * A term must be this many times as common in its cluster as over all, or have nearly all its occurrences there: keeps out
 * what every text says.
 */
const leastLift = 4;
const nearlyAll = 0.75;
/** Terms seen less often are names, numbers and slips. */
const leastCount = 3;
/** Distinct terms held for a cluster while texts are read. */
const mostTerms = 50_000;

export type TermCounts = { total: number; counts: Map<string, number> };

export function emptyTermCounts(): TermCounts {
  return { total: 0, counts: new Map() };
}

/** Scripts without spaces as ICU's dictionaries divide them. */
const dictionary = new Intl.Segmenter('ja', { granularity: 'word' });
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{2,2000}/gu;
/** Hiragana alone is grammar; a Thai, Lao, Khmer or Burmese word of less than four characters nearly always is. */
const content =
  /[\p{Script=Han}\p{Script=Katakana}]|[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{4}/u;

/**
 * Counts the words that may name a topic: of four letters and more, of two in Chinese and Japanese; none with digits, and
 * no placeholder of personal data.
 */
export function countTerms(terms: TermCounts, text: string): void {
  const said = withoutPlaceholders(text);
  for (const word of splitWords(said))
    if (word.length >= 4 && word.length <= longestWord && !/\d/.test(word) && !content.test(word))
      addTerm(terms, word);
  for (const [run] of said.matchAll(unspaced))
    for (const { segment } of dictionary.segment(run))
      if (segment.length >= 2 && content.test(segment)) addTerm(terms, segment);
}

function addTerm(terms: TermCounts, term: string): void {
  terms.total += 1;
  const count = terms.counts.get(term);
  if (count === undefined && terms.counts.size >= mostTerms) return;
  terms.counts.set(term, (count ?? 0) + 1);
}

/**
 * c-TF-IDF of every term of every cluster: tf · ln(1 + A / f), with tf the term's share of its cluster's terms, f its
 * count over all clusters and A the mean number of terms in a cluster.
 */
export function classTfIdf(clusters: readonly TermCounts[]): Map<string, number>[] {
  const overall = new Map<string, number>();
  for (const { counts } of clusters)
    for (const [term, count] of counts) overall.set(term, (overall.get(term) ?? 0) + count);
  const average = clusters.reduce((sum, { total }) => sum + total, 0) / clusters.length;
  return clusters.map(
    ({ counts, total }) =>
      new Map(
        [...counts].map(([term, count]) => [
          term,
          (count / total) * Math.log(1 + average / overall.get(term)!),
        ]),
      ),
  );
}

/** A name for each cluster, such as `card, payment, declined`; names are distinct, and `cluster 3` where nothing sets one apart. */
export function nameClusters(clusters: readonly TermCounts[]): string[] {
  const scores = classTfIdf(clusters);
  const all = clusters.reduce((sum, { total }) => sum + total, 0);
  const overall = new Map<string, number>();
  for (const { counts } of clusters)
    for (const [term, count] of counts) overall.set(term, (overall.get(term) ?? 0) + count);
  const taken = new Set<string>();
  return clusters.map(({ counts, total }, i) => {
    const ranked = [...scores[i]!]
      .filter(([term]) => {
        const count = counts.get(term)!;
        const everywhere = overall.get(term)!;
        const isDistinct = count / total >= (leastLift * everywhere) / all || count >= nearlyAll * everywhere;
        return count >= leastCount && isDistinct && !commonWords.has(term);
      })
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const name = freeName(
      ranked.map(([term]) => term),
      taken,
    );
    const chosen = name ?? `cluster ${i + 1}`;
    taken.add(chosen);
    return chosen;
  });
}

/** The first terms, the last of them exchanged for a later one while another cluster has the name. */
function freeName(terms: readonly string[], taken: ReadonlySet<string>): string | undefined {
  const first = terms.slice(0, termsInName - 1);
  const names = terms.slice(first.length).map((last) => [...first, last].join(', '));
  return [...(names.length > 0 ? names : [first.join(', ')])].find((name) => name !== '' && !taken.has(name));
}
