/**
 * Whether an answer rests on its passage, told from the words alone: its quotations stand there, its numbers and
 * addresses come from there or from the question, and so do most of its telling words. A model that makes things up fails one of these.
 */
import type { Passage } from '../data/knowledge/passage.ts';
import { countCharacters } from '../text/count-characters.ts';
import { hashWords, isContentLength } from '../text/hashed-words.ts';
import { addressesIn } from './addresses.ts';
import { citationOf } from './prompt.ts';
import { quantitiesOf, smallNumbersIn } from './small-numbers.ts';

export type Claim = {
  /** The passage that the model says it used, by its citation. */
  passage: string;
  /** What it quotes from there. */
  evidence: readonly string[];
  question: string;
  answer: string;
};

export type Fault = { reason: string; kind: string };

/** Quotations shorter than this are found in any text; a Chinese or Japanese character counts as two. */
const leastEvidenceCharacters = 12;
/** Answers of fewer telling words ("Yes, you can.") say nothing that could be made up. */
const leastTellingWords = 3;

/** What is wrong with a claim; undefined when it is grounded. */
export function findFault(claim: Claim, passage: Passage, leastSupport: number): Fault | undefined {
  if (claim.passage.trim() !== citationOf(passage))
    return fault('it cites another passage than it was given');
  if (claim.question.trim() === '' || claim.answer.trim() === '')
    return fault('the question or the answer is empty');
  if (claim.question.includes(citationOf(passage)) || claim.answer.includes(citationOf(passage)))
    return fault('it speaks of its passage by name');
  const text = normalise(`${passage.title}\n${passage.section ?? ''}\n${passage.text}`);
  if (claim.evidence.length === 0) return fault('it quotes nothing of its passage');
  for (const quoted of claim.evidence) {
    const evidence = normalise(quoted);
    if (countCharacters(evidence) < leastEvidenceCharacters)
      return fault('a quotation is too short to prove anything');
    if (!text.includes(evidence)) return fault('a quotation is not in its passage');
  }
  const known = `${passage.title}\n${passage.section ?? ''}\n${passage.text}\n${claim.question}`;
  const numbers = new Set([...numbersOf(known), ...smallNumbersIn(known)]);
  const claimed = [...numbersOf(claim.answer), ...quantitiesOf(claim.answer)];
  const foreign = claimed.find((number) => !numbers.has(number));
  if (foreign !== undefined)
    return { reason: `the number ${foreign} is not in its passage`, kind: 'a number is not in its passage' };
  const linked = `${known}\n${passage.url ?? ''}`.normalize('NFKC').toLowerCase();
  const address = addressesIn(claim.answer).find((one) => !linked.includes(one));
  if (address !== undefined)
    return {
      reason: `the address ${address} is not in its passage`,
      kind: 'an address is not in its passage',
    };
  const support = supportOf(claim.answer, known);
  if (support === undefined || support >= leastSupport) return undefined;
  return {
    reason: `its passage holds ${Math.round(support * 100)} % of its telling words, ${Math.round(leastSupport * 100)} % are asked for`,
    kind: 'its passage holds too few of its telling words',
  };
}

const fault = (reason: string): Fault => ({ reason, kind: reason });

/** Share of the distinct telling words of a text that another one holds, by their stems; undefined where there are few. */
export function supportOf(text: string, source: string): number | undefined {
  const { stems, lengths } = hashWords(text);
  const telling = new Set(stems.filter((_, i) => isContentLength(lengths[i]!)));
  if (telling.size < leastTellingWords) return undefined;
  const known = new Set(hashWords(source).stems);
  let found = 0;
  for (const stem of telling) found += Number(known.has(stem));
  return found / telling.size;
}

/** Numbers of two digits and more, without their separators of thousands. Smaller ones are facts where they count something. */
function numbersOf(text: string): Set<string> {
  const numbers = new Set<string>();
  for (const [digits] of text.normalize('NFKC').matchAll(/\d+(?:[.,]\d+)*/g)) {
    const plain = digits.replace(/[.,]/g, '');
    if (plain.length >= 2) numbers.add(plain);
  }
  return numbers;
}

/** Case, white space, kinds of quotation marks and dashes, and marks of emphasis make no difference. */
function normalise(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[*_`]/g, '')
    .replace(/\s+/g, ' ');
  const isEdge = (index: number): boolean => `"'. `.includes(plain[index]!);
  let [start, end] = [0, plain.length];
  while (start < end && isEdge(start)) start += 1;
  while (end > start && isEdge(end - 1)) end -= 1;
  return plain.slice(start, end);
}
