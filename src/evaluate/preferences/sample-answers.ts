/** Replies asked for and kept: an interrupted run asks for none of them twice. */
import type { Backend, GenerateRequest, Reply } from '../../backend/backend.ts';
import { AttuneError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import type { RejectedReply } from '../../data/example.ts';
import { plainReply } from '../../data/preferences/pair.ts';
import type { ReplyLog } from '../reply-log.ts';
import type { Turn } from '../assistant-turns.ts';

/** The reply to a request at a turn, by the name that it has in the log. */
export type AskedReply = (
  name: string,
  turn: Turn,
  backend: Backend,
  request: Omit<GenerateRequest, 'signal'>,
) => Promise<Reply>;

/** Throws AttuneError 'interrupted' once the signal is aborted; a reply that did not come is not kept. */
export function keptReplies(log: ReplyLog<string>, signal: AbortSignal): AskedReply {
  return async (name, { conversation, index }, backend, request) => {
    const kept = log.get(name, conversation, index);
    if (kept) return kept.reply;
    const start = performance.now();
    const pieces = backend.generate({ ...request, signal });
    let step = await pieces.next();
    while (!step.done) step = await pieces.next();
    if (signal.aborted || step.value.finishReason === 'abort')
      throw new AttuneError('interrupted', 'stopped on request; the answers so far are kept', {
        fix: 'Run the same command again to go on.',
      });
    const seconds = (performance.now() - start) / 1000;
    await log.add({ system: name, conversation, turn: index, reply: step.value, seconds });
    return step.value;
  };
}

export type SampleOptions = {
  backend: Backend;
  samples: number;
  temperature: number;
  maxTokens: number;
  seed: number;
  ask: AskedReply;
};

/** Different answers of the model at a turn, in the order they were drawn: none that is empty or was cut at `maxTokens`. */
export async function sampleAnswers(turn: Turn, options: SampleOptions): Promise<RejectedReply[]> {
  const { backend, samples, temperature, maxTokens, seed, ask } = options;
  const answers = new Map<string, RejectedReply>();
  for (let n = 0; n < samples; n++) {
    const stream = seededRandom(seed, 'sample', turn.conversation, turn.index, n);
    const request = { messages: turn.history, maxTokens, temperature, seed: stream.integer(2 ** 31) };
    const { content, toolCalls, finishReason } = await ask(`sample ${n}`, turn, backend, request);
    if (finishReason === 'length' || (content.trim() === '' && toolCalls.length === 0)) continue;
    const answer = { content, ...(toolCalls.length > 0 && { toolCalls }) };
    const key = plainReply(answer);
    if (!answers.has(key)) answers.set(key, answer);
  }
  return [...answers.values()];
}
