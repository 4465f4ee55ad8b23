import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { parseTimestamp } from '../../base/timestamp.ts';
import { type SplitName, splitNames } from './assign.ts';
import type { BenchmarkIndex } from '../benchmarks/overlap.ts';
import type { SplitConfig } from '../config/split.ts';
import { contentKey } from '../content-key.ts';
import { conversationOf, type Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { similarityFact } from '../near-duplicates/similarity-fact.ts';
import type { Comparable } from '../near-duplicates/similarity.ts';
import { SimilarityIndex } from '../near-duplicates/similarity-index.ts';
import { readExamples } from '../read-examples.ts';

export type SplitCheck = {
  examples: number;
  conversations: number;
  contents: number;
  /** By time: the latest date in each split. */
  latest?: Partial<Record<SplitName, string>>;
};

/** Two examples that say nearly the same and stand in different splits. */
export type SimilarPair = { ids: [string, string]; splits: [SplitName, SplitName]; similarity: number };

export type SplitCheckOptions = Pick<SplitConfig, 'similarity' | 'by'> & {
  benchmarks?: BenchmarkIndex;
  signal: AbortSignal;
};

/**
 * Proves from the written files that no id, no conversation and no content (see content-key.ts) is in two splits, that
 * train holds nothing of the benchmarks, and by time nothing later than validation, nor validation than test; throws
 * AttuneError 'data' naming the first example that is in the wrong place. Finds every pair of examples of two splits that
 * is at least `similarity` similar, by an exact search and not by sketches. Memory holds the shingles of validation and
 * test.
 */
export async function checkSplit(
  folder: string,
  { similarity, by, benchmarks, signal }: SplitCheckOptions,
): Promise<{ checked: SplitCheck; similar: SimilarPair[] }> {
  const keys = makeKeyCheck();
  const latest: Partial<Record<SplitName, string>> = {};
  const read = async function* (split: SplitName): AsyncGenerator<Example> {
    for await (const example of readExamples(join(folder, `${split}.jsonl`))) {
      throwIfInterrupted(signal);
      keys.add(example, split);
      const time = by === 'time' ? timeOf(example.meta.createdAt) : undefined;
      if (time !== undefined && !(timeOf(latest[split])! >= time)) latest[split] = example.meta.createdAt;
      yield example;
    }
  };
  const heldOut: HeldOut[] = [];
  for (const split of ['validation', 'test'] as const)
    for await (const example of read(split)) heldOut.push(heldOutOf(example, split));
  const index = new SimilarityIndex(
    heldOut.map(({ text }) => text),
    similarity,
  );
  const similar: SimilarPair[] = [];
  const compare = (query: HeldOut, accept: (other: number) => boolean): void => {
    for (const found of index.find(query.text, accept)) {
      const other = heldOut[found.text]!;
      similar.push({
        ids: [query.id, other.id],
        splits: [query.split, other.split],
        similarity: found.similarity,
      });
    }
  };
  for (const one of heldOut)
    if (one.split === 'validation') compare(one, (other) => heldOut[other]!.split === 'test');
  for await (const example of read('train')) {
    compare(heldOutOf(example, 'train'), () => true);
    const overlap = benchmarks?.find(example);
    if (overlap) throw leak(`${example.meta.id} in train ${overlap.reason}`);
  }
  if (by === 'time') refuseLater(latest);
  return { checked: { ...keys.counts(), ...(by === 'time' && { latest }) }, similar };
}

type HeldOut = { id: string; split: SplitName; text: Comparable };

function heldOutOf(example: Example, split: SplitName): HeldOut {
  const { kind, shingles, shortText } = similarityFact(example);
  return { id: example.meta.id, split, text: { kind, shingles, ...(shortText && { shortText }) } };
}

function makeKeyCheck(): {
  add: (example: Example, split: SplitName) => void;
  counts: () => SplitCheck;
} {
  const conversationIn = new Map<string, SplitName>();
  const contentIn = new Map<string, { split: SplitName; id: string }>();
  const ids = new Set<string>();
  return {
    add: ({ messages, meta }, split) => {
      if (ids.has(meta.id)) throw leak(`the example ${meta.id} stands twice, the second time in ${split}`);
      ids.add(meta.id);
      const conversation = conversationOf(meta);
      const other = conversationIn.get(conversation) ?? split;
      if (other !== split) throw leak(`the conversation ${conversation} is in ${other} and in ${split}`);
      conversationIn.set(conversation, split);
      const content = contentKey(messages);
      const twin = contentIn.get(content) ?? { split, id: meta.id };
      if (twin.split !== split)
        throw leak(`${meta.id} in ${split} has the same content as ${twin.id} in ${twin.split}`);
      contentIn.set(content, twin);
    },
    counts: () => ({ examples: ids.size, conversations: conversationIn.size, contents: contentIn.size }),
  };
}

function timeOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : parseTimestamp(date);
}

function refuseLater(latest: Partial<Record<SplitName, string>>): void {
  for (const [i, split] of splitNames.slice(1).entries()) {
    const before = splitNames[i]!;
    if (timeOf(latest[before])! > timeOf(latest[split])!)
      throw leak(`${before} goes to ${latest[before]}, later than ${split} (${latest[split]})`);
  }
}

/** The error for examples that stand where they must not. */
export function leak(what: string): AttuneError {
  return new AttuneError('data', `the splits overlap: ${what}`, {
    fix: 'Make the splits again: attune run --force split.',
  });
}
