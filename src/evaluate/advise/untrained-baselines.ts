/** What can be had without training: the nearest old reply, and a model that is shown a few examples. */
import type { Backend } from '../../backend/backend.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { seededRandom, shuffled } from '../../base/random.ts';
import type { Example, Message } from '../../data/example.ts';
import { indexPassages, type PassageIndex, supportOf } from '../../data/quality/passage-index.ts';
import { hashWords } from '../../text/hashed-words.ts';
import { rougeL } from '../metrics/rouge.ts';
import { type Comparison, comparePaired } from '../statistics/compare.ts';
import { assistantTurns, type Turn } from '../assistant-turns.ts';

export type BaselineOptions = {
  /** Without one only the nearest reply is measured. */
  backend?: Backend;
  turns: number;
  /** Examples shown to the model. */
  shots: number;
  maxTokens: number;
  seed: number;
  signal: AbortSignal;
  onDone: (done: number, total: number) => void;
};

export type Baselines = {
  turns: number;
  conversations: number;
  /** Mean ROUGE-L F1 against the agents' replies. */
  nearestReply: number;
  zeroShot?: number;
  fewShot?: number;
  /** fewShot − zeroShot, paired, over whole conversations. */
  gain?: Comparison | null;
  model?: string;
};

const settings = { resamples: 2000, confidence: 0.95 };
const contextCharacters = 1200;

/** Exchanges of the training conversations: what was said last, and the reply to it. */
type Exchange = { said: string; reply: string };

/**
 * Measures on turns drawn from `test` with examples from `train`; no conversation gives more than two turns. Throws
 * AttuneError 'interrupted' on request and 'backend' where the model cannot be asked.
 */
export async function measureBaselines(
  train: readonly Example[],
  test: readonly Example[],
  options: BaselineOptions,
): Promise<Baselines | undefined> {
  const turns = drawTurns(test, options);
  const exchanges = train.flatMap(exchangesOf);
  if (turns.length === 0 || exchanges.length === 0) return undefined;
  const index = indexPassages(exchanges.map(({ said }) => said));
  const scores = { nearest: [] as number[], zero: [] as number[], few: [] as number[] };
  for (const [done, turn] of turns.entries()) {
    throwIfInterrupted(options.signal);
    const near = nearestExchanges(index, exchanges, lastSaid(turn), options.shots);
    const score = (reply: string): number => rougeL(reply, turn.gold.content).f1;
    scores.nearest.push(near[0] ? score(near[0].reply) : 0);
    if (options.backend) {
      scores.zero.push(score(await ask(options.backend, turn.history, options)));
      scores.few.push(score(await ask(options.backend, withExamples(turn, near), options)));
    }
    options.onDone(done + 1, turns.length);
  }
  const result: Baselines = {
    turns: turns.length,
    conversations: new Set(turns.map(({ cluster }) => cluster)).size,
    nearestReply: mean(scores.nearest),
  };
  if (!options.backend) return result;
  const items = turns.map(({ cluster }, i) => ({
    cluster,
    base: scores.zero[i]!,
    tuned: scores.few[i]!,
    weight: 1,
  }));
  return {
    ...result,
    zeroShot: mean(scores.zero),
    fewShot: mean(scores.few),
    gain: comparePaired(items, 'mean', { ...settings, seed: options.seed }),
    model: options.backend.name,
  };
}

function drawTurns(test: readonly Example[], { turns, seed }: BaselineOptions): Turn[] {
  const replies = assistantTurns(test, null).filter(
    ({ kind, gold, history }) =>
      kind === 'reply' && gold.content !== '' && history.some(({ role }) => role === 'user'),
  );
  const taken = new Map<string, number>();
  const drawn: Turn[] = [];
  for (const turn of shuffled(replies, seededRandom(seed, 'advise'))) {
    const count = taken.get(turn.cluster) ?? 0;
    if (count >= 2) continue;
    taken.set(turn.cluster, count + 1);
    drawn.push(turn);
    if (drawn.length === turns) break;
  }
  return drawn;
}

function exchangesOf({ messages }: Example): Exchange[] {
  let said = '';
  return messages.flatMap(({ role, content }): Exchange[] => {
    if (role === 'user') said = content;
    return role === 'assistant' && content !== '' && said !== '' ? [{ said, reply: content }] : [];
  });
}

function lastSaid({ history }: Turn): string {
  return history.findLast(({ role }) => role === 'user')?.content ?? '';
}

/** The exchanges whose question holds most of the words of this one; the best first, no reply twice. */
function nearestExchanges(
  index: PassageIndex,
  exchanges: readonly Exchange[],
  said: string,
  count: number,
): Exchange[] {
  const found: Exchange[] = [];
  const replies = new Set<string>();
  const stems = new Set(hashWords(said).stems);
  // Each round takes the best; words that it holds count no more, so the next one brings others.
  while (found.length < count && stems.size > 0) {
    const { passage } = supportOf(index, stems);
    if (passage === undefined) break;
    const exchange = exchanges[passage]!;
    for (const stem of hashWords(exchange.said).stems) stems.delete(stem);
    if (replies.has(exchange.reply)) continue;
    replies.add(exchange.reply);
    found.push(exchange);
  }
  return found;
}

/** The examples go into the system prompt, as a product engineer would write them there. */
function withExamples({ history }: Turn, near: readonly Exchange[]): Message[] {
  const shown = near
    .map(
      ({ said, reply }) =>
        `Customer: ${said.slice(0, contextCharacters)}\nAgent: ${reply.slice(0, contextCharacters)}`,
    )
    .join('\n\n');
  const system = history[0]?.role === 'system' ? history[0].content : '';
  const rest = history[0]?.role === 'system' ? history.slice(1) : history;
  const content = `${system}\n\nAnswer as the agent does in these examples:\n\n${shown}`.trim();
  return [{ role: 'system', content }, ...rest];
}

async function ask(
  backend: Backend,
  messages: readonly Message[],
  { maxTokens, signal }: BaselineOptions,
): Promise<string> {
  const pieces = backend.generate({ messages, maxTokens, temperature: 0, signal });
  let step = await pieces.next();
  while (!step.done) step = await pieces.next();
  return step.value.content;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
