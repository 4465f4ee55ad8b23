import type { Backend, Reply } from '../backend/backend.ts';
import { AttuneError } from '../base/errors.ts';
import type { LoggedReply, ReplyLog, SystemName } from './reply-log.ts';
import type { Turn } from './assistant-turns.ts';

export type GenerateOptions = {
  maxTokens: number;
  /** Requests in flight at once. */
  concurrency: number;
  /** Told how many turns have a reply, those in the log included. */
  onDone: (count: number) => void;
  signal: AbortSignal;
};

/** With failures in this many conversations and no reply between them, the backend rather than a conversation is at fault. */
const failingConversations = 3;

/**
 * One greedy reply per turn from `backend`, in the order of the turns; those in the log are not asked for again.
 * A turn that the backend fails on gets an empty reply with the reason, which is not logged: resuming asks again.
 * Throws AttuneError 'interrupted' once the signal is aborted, and the backend's own error where it fails throughout.
 */
export async function generateReplies(
  system: SystemName,
  backend: Backend,
  turns: readonly Turn[],
  log: ReplyLog,
  { maxTokens, concurrency, onDone, signal }: GenerateOptions,
): Promise<LoggedReply[]> {
  const missing = turns.filter((turn) => !log.get(system, turn.conversation, turn.index));
  const failed = new Map<Turn, LoggedReply>();
  const failing = new Set<string>();
  let done = turns.length - missing.length;
  let next = 0;
  onDone(done);

  const answer = async (turn: Turn): Promise<void> => {
    const start = performance.now();
    const reply = await replyTo(turn, backend, maxTokens, signal);
    const seconds = (performance.now() - start) / 1000;
    const entry = { system, conversation: turn.conversation, turn: turn.index, seconds };
    if (!(reply instanceof AttuneError)) {
      failing.clear();
      return log.add({ ...entry, reply });
    }
    if (failing.add(turn.conversation).size >= failingConversations) throw reply;
    failed.set(turn, { ...entry, reply: emptyReply, failure: reply.message });
  };
  const work = async (): Promise<void> => {
    for (let turn = missing[next++]; turn; turn = missing[next++]) {
      await answer(turn).catch((cause: unknown) => {
        next = missing.length; // The other workers finish what they are at and take nothing new.
        throw cause;
      });
      onDone(++done);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: concurrency }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return turns.map((turn) => failed.get(turn) ?? log.get(system, turn.conversation, turn.index)!);
}

const emptyReply: Reply = {
  content: '',
  toolCalls: [],
  finishReason: 'stop',
  promptTokens: 0,
  completionTokens: 0,
};

/** The whole reply, or the backend's failure on this turn. */
async function replyTo(
  turn: Turn,
  backend: Backend,
  maxTokens: number,
  signal: AbortSignal,
): Promise<Reply | AttuneError> {
  const interrupted = (): AttuneError =>
    new AttuneError('interrupted', 'Evaluation stopped on request; replies so far are kept.', {
      fix: 'Run the same command again to go on.',
    });
  if (signal.aborted) throw interrupted();
  try {
    const pieces = backend.generate({ messages: turn.history, maxTokens, temperature: 0, signal });
    let step = await pieces.next();
    while (!step.done) step = await pieces.next();
    if (step.value.finishReason === 'abort') throw interrupted();
    return step.value;
  } catch (cause) {
    if (signal.aborted) throw interrupted();
    if (!(cause instanceof AttuneError) || cause.code !== 'backend') throw cause;
    const where = `message ${turn.index + 1} of test conversation ${turn.conversation}`;
    return new AttuneError(cause.code, `${backend.name}, ${where}: ${cause.message}`, {
      fix: cause.fix,
      cause,
    });
  }
}
