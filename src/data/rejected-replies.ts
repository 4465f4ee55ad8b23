import type { Message, RejectedReply } from './example.ts';

/** The message with those of its rejected replies that `keep` accepts, and without the field when none is left. */
export function withRejected(one: Message, keep: (reply: RejectedReply) => boolean): Message {
  if (!one.rejected) return one;
  const { rejected, ...rest } = one;
  const kept = rejected.filter(keep);
  if (kept.length === rejected.length && kept.length > 0) return one;
  return kept.length > 0 ? { ...rest, rejected: kept } : rest;
}

export function countRejected(messages: readonly Message[]): number {
  return messages.reduce((count, { rejected }) => count + (rejected?.length ?? 0), 0);
}
