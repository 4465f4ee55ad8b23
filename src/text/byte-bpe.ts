/**
 * Trains a byte-level BPE vocabulary (Sennrich et al. 2016, arXiv:1508.07909; bytes as in GPT-2): merge the most
 * frequent pair of neighbouring tokens, again and again. Pair counts are kept up to date where a merge changed them,
 * and a heap with lazily corrected entries gives the next pair, so the time hardly depends on the number of merges.
 * Ties go to the pair with the lower ids, so a vocabulary depends on nothing but the word counts.
 */
import { AttuneError } from '../base/errors.ts';
import { byteAlphabet, toByteCharacters } from './byte-alphabet.ts';
import { PairHeap } from './pair-heap.ts';

/** GPT-2's pre-tokenizer; `\s` is spelt out because JavaScript's differs from Unicode's White_Space. */
const gpt2Pattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The words GPT-2's pre-tokenizer cuts `text` into; joined they give `text` again. */
export function splitWords(text: string): string[] {
  return text.match(gpt2Pattern) ?? [];
}

export type ByteBpe = {
  /** Tokens by id: special tokens, the 256 bytes, then one token per merge (all but the special ones in the byte alphabet). */
  tokens: string[];
  specialTokens: string[];
  /** The pairs in the order they are merged. */
  merges: [left: string, right: string][];
};

type Word = { symbols: number[]; count: number };
type Pair = { left: number; right: number; count: number; words: Set<Word> };

/**
 * Trains on words and how often each occurs. `vocabularySize` counts special tokens and the 256 bytes too.
 * Throws AttuneError 'data' when the words hold too few pairs for that many tokens.
 */
export function trainByteBpe(
  wordCounts: ReadonlyMap<string, number>,
  options: { vocabularySize: number; specialTokens: readonly string[] },
): ByteBpe {
  const specialTokens = [...options.specialTokens];
  const tokens = [...specialTokens, ...byteAlphabet];
  const merges: [string, string][] = [];
  const idOf = new Map(byteAlphabet.map((character, i) => [character, specialTokens.length + i]));
  const pairs = new Map<number, Pair>();
  const heap = new PairHeap();
  for (const [text, count] of wordCounts) {
    const word: Word = {
      symbols: [...toByteCharacters(text)].map((character) => idOf.get(character)!),
      count,
    };
    countPairs(word, pairs);
  }
  for (const pair of pairs.values()) heap.push(pair);

  while (tokens.length < options.vocabularySize) {
    const best = popMostFrequent(heap, pairs);
    if (best === undefined) {
      throw new AttuneError(
        'data',
        `The text holds only ${tokens.length} tokens, not ${options.vocabularySize}.`,
        {
          fix: 'Train on more text or ask for a smaller vocabulary.',
        },
      );
    }
    merges.push([tokens[best.left]!, tokens[best.right]!]);
    // Two ways to the same string ("a"+"bc", "ab"+"c") share one id, which is the first one's.
    const merged = tokens[best.left]! + tokens[best.right]!;
    const known = idOf.get(merged);
    const id = known ?? tokens.push(merged) - 1;
    idOf.set(merged, id);
    mergeEverywhere(best, id, pairs, heap);
  }
  return { tokens, specialTokens, merges };
}

/** Pairs with equal keys are equal: ids stay far below 2^26, so the key is exact in a double. */
const keyOf = (left: number, right: number): number => left * 0x4000000 + right;

function countPairs(word: Word, pairs: Map<number, Pair>, changed?: Set<Pair>): void {
  for (let i = 0; i + 1 < word.symbols.length; i++) {
    const left = word.symbols[i]!;
    const right = word.symbols[i + 1]!;
    let pair = pairs.get(keyOf(left, right));
    if (pair === undefined) {
      pair = { left, right, count: 0, words: new Set() };
      pairs.set(keyOf(left, right), pair);
    }
    pair.count += word.count;
    pair.words.add(word);
    changed?.add(pair);
  }
}

function uncountPairs(word: Word, pairs: Map<number, Pair>): void {
  for (let i = 0; i + 1 < word.symbols.length; i++) {
    const pair = pairs.get(keyOf(word.symbols[i]!, word.symbols[i + 1]!))!;
    pair.count -= word.count;
  }
}

/** Counts only fall after a pair was queued, so an entry that still has its count is the most frequent one. */
function popMostFrequent(heap: PairHeap, pairs: ReadonlyMap<number, Pair>): Pair | undefined {
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const pair = pairs.get(keyOf(top.left, top.right))!;
    if (pair.count === top.count && pair.count > 0) return pair;
    if (pair.count > 0) heap.push(pair);
  }
  return undefined;
}

function mergeEverywhere(best: Pair, id: number, pairs: Map<number, Pair>, heap: PairHeap): void {
  const touched = new Set<Pair>();
  const words = [...best.words];
  best.words.clear();
  for (const word of words) {
    const merged = mergeSymbols(word.symbols, best.left, best.right, id);
    if (merged.length === word.symbols.length) continue; // an earlier merge took the pair out of this word
    uncountPairs(word, pairs);
    word.symbols = merged;
    countPairs(word, pairs, touched);
  }
  for (const pair of touched) if (pair.left === id || pair.right === id) heap.push(pair);
}

function mergeSymbols(symbols: readonly number[], left: number, right: number, id: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const hit = symbols[i] === left && symbols[i + 1] === right;
    merged.push(hit ? id : symbols[i]!);
    if (hit) i++;
  }
  return merged;
}
