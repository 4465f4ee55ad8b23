/** A user's own rule: `export function score(answer, { prompt, reference, meta })` returns a number, or true and false. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { AttuneError } from '../../base/errors.ts';
import type { ExampleMeta, Message, RejectedReply } from '../../data/example.ts';
import { onlyReply } from '../../data/preferences/pair.ts';
import type { Turn } from '../assistant-turns.ts';
import { scoringJudge, type Judge } from './judge.ts';

type Context = {
  prompt: readonly Message[];
  reference: RejectedReply;
  meta: Pick<ExampleMeta, 'id' | 'topic'>;
};
type JudgeModule = { score: (answer: RejectedReply, context: Context) => unknown };

/** Throws AttuneError 'config' when the file is missing or exports no function score, 'data' when it fails. */
export async function moduleJudge(path: string): Promise<Judge> {
  if (!existsSync(path)) throw new AttuneError('config', `the module ${path} does not exist`);
  const module = (await import(pathToFileURL(path).href)) as Partial<JudgeModule>;
  if (typeof module.score !== 'function')
    throw new AttuneError('config', `the module ${path} does not export a function named score`, {
      fix: 'Write: export function score(answer, { prompt, reference, meta }) { return 1 }',
    });
  return scoringJudge(async (answer, turn) =>
    readScore(await call(module as JudgeModule, answer, turn, path), path),
  );
}

async function call(module: JudgeModule, answer: RejectedReply, turn: Turn, path: string): Promise<unknown> {
  const meta = { id: turn.conversation, ...(turn.topic !== undefined && { topic: turn.topic }) };
  try {
    return await module.score(answer, { prompt: turn.history, reference: onlyReply(turn.gold), meta });
  } catch (cause) {
    throw new AttuneError(
      'data',
      `the module ${path} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function readScore(value: unknown, path: string): number {
  const score = typeof value === 'boolean' ? Number(value) : value;
  if (typeof score === 'number' && !Number.isNaN(score)) return score;
  throw new AttuneError(
    'data',
    `score of ${path} returned ${String(value)}; a number, true or false is needed`,
  );
}
