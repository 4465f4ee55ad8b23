/** All makers' pairs, checked and drawn, into one file of examples. */
import { rm } from 'node:fs/promises';
import { type Random, shuffledIndexes } from '../../base/random.ts';
import { writeJsonLines } from '../../formats/jsonl.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { Ledger } from '../ledger.ts';
import { readExamples } from '../read-examples.ts';
import { answersOf, plainReply, shortHash } from './pair.ts';
import type { PairMaker, PairOrigin, PreferencePair } from './pair.ts';

export type PairCounts = { pairs: number; origins: Partial<Record<PairOrigin, number>> };

export type WritePairsOptions = {
  makers: readonly PairMaker[];
  /** Tokens of a conversation as the model sees it, and how many it may have. */
  countTokens: (example: Example) => number;
  maxTokens: number;
  /** Pairs to keep at most. */
  max: number | undefined;
  random: Random;
  ledger: Ledger;
  signal: AbortSignal;
};

/** A slot that nobody filled: {price}, {price:d}. Where only one answer has one, it gives the other away. */
const openSlot = /\{\w+(?::\w*)?\}/;

/**
 * Writes the pairs and says in the ledger what was left out: equal answers, an empty one, an open slot in one of them,
 * too long, twice, preferred the other way round elsewhere, and not in the sample. Memory holds a key for each pair.
 */
export async function writePairs(
  path: string,
  { makers, countTokens, maxTokens, max, random, ledger, signal }: WritePairsOptions,
): Promise<PairCounts> {
  const scratch = `${path}.scratch`;
  const drop = (origin: string, { meta }: Example, reason: string, kind?: string): void => {
    const { id, source, place } = meta;
    ledger.add({ action: 'dropped', rule: origin, reason, id, source, place }, kind);
  };
  const keys: { pair: string; reverse: string }[] = [];
  const first = new Map<string, number>();
  const candidates = async function* (): AsyncGenerator<PreferencePair> {
    for (const { origin, pairs } of makers) {
      ledger.rule(origin);
      for await (const pair of pairs((example, reason, kind) => drop(origin, example, reason, kind))) {
        throwIfInterrupted(signal);
        const fault = faultOf(pair, countTokens, maxTokens);
        if (fault !== undefined) {
          drop(origin, pair, fault.reason, fault.kind);
          continue;
        }
        const key = keysOf(pair);
        if (!first.has(key.pair)) first.set(key.pair, keys.length);
        keys.push(key);
        yield pair;
      }
    }
  };
  const counts: PairCounts = { pairs: 0, origins: {} };
  try {
    await writeJsonLines(scratch, candidates());
    const repeats = (i: number): string | undefined => {
      if (first.has(keys[i]!.reverse)) return 'preferred the other way round elsewhere';
      return first.get(keys[i]!.pair) === i ? undefined : 'the same pair stands before';
    };
    const sound = [...keys.keys()].filter((i) => repeats(i) === undefined);
    const drawn = sampleOf(sound, max, random);
    const kept = async function* (): AsyncGenerator<Example> {
      let i = 0;
      for await (const pair of readExamples(scratch)) {
        const origin = pair.meta['origin'] as PairOrigin;
        const reason = repeats(i) ?? (drawn.has(i) ? undefined : `not in the sample of ${max}`);
        if (reason !== undefined) drop(origin, pair, reason);
        else {
          const { id, source, place } = pair.meta;
          ledger.add({ action: 'kept', rule: origin, id, source, place });
          counts.pairs += 1;
          counts.origins[origin] = (counts.origins[origin] ?? 0) + 1;
          yield pair;
        }
        i += 1;
      }
    };
    await writeJsonLines(path, kept());
  } finally {
    await rm(scratch, { force: true });
  }
  return counts;
}

function sampleOf(indexes: readonly number[], max: number | undefined, random: Random): Set<number> {
  if (max === undefined || max >= indexes.length) return new Set(indexes);
  return new Set(Array.from(shuffledIndexes(indexes.length, random).subarray(0, max), (i) => indexes[i]!));
}

function faultOf(
  pair: PreferencePair,
  countTokens: (example: Example) => number,
  maxTokens: number,
): { reason: string; kind?: string } | undefined {
  const { chosen, rejected } = answersOf(pair);
  const isEmpty = (reply: typeof rejected): boolean =>
    reply.content.trim() === '' && !reply.toolCalls?.length;
  if (isEmpty(chosen) || isEmpty(rejected)) return { reason: 'an empty answer' };
  if (plainReply(chosen) === plainReply(rejected)) return { reason: 'both answers say the same' };
  if (openSlot.test(chosen.content) !== openSlot.test(rejected.content))
    return { reason: 'an open template slot in one of the answers' };
  const before = pair.messages.slice(0, -1);
  const tokens = Math.max(
    ...[chosen, rejected].map((reply) =>
      countTokens({ ...pair, messages: [...before, { ...reply, role: 'assistant' }] }),
    ),
  );
  if (tokens > maxTokens)
    return { reason: `${tokens} tokens, more than ${maxTokens}`, kind: `more than ${maxTokens} tokens` };
  return undefined;
}

function keysOf(pair: PreferencePair): { pair: string; reverse: string } {
  const { chosen, rejected } = answersOf(pair);
  const prompt = pair.messages.slice(0, -1).map(({ role, content, toolCalls }) => [role, content, toolCalls]);
  const [a, b] = [plainReply(chosen), plainReply(rejected)];
  return { pair: shortHash([prompt, a, b]), reverse: shortHash([prompt, b, a]) };
}
