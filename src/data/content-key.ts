import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../base/json.ts';
import type { Example, Message, ToolCall } from './example.ts';
import { satisfaction } from './quality/satisfaction.ts';

/**
 * What makes two conversations the same: who says what, without case and with white space as one space (NFKC), and the
 * tool calls. System prompts, ids, facts and rejected replies do not count. 128 bits of SHA-256, as 16 characters of one byte each.
 */
export function contentKey(messages: readonly Message[]): string {
  return keyOf(messages, false);
}

/**
 * The same with what preferences are made from: rejected replies, ratings of messages, and whether the customer disliked
 * the whole. Two verdicts about one reply are not duplicates, though they must stay in one split; four stars, five and
 * none are one verdict.
 */
export function preferenceKey(example: Example): string {
  return `${keyOf(example.messages, true)}${isDisliked(example) ? 'disliked' : ''}`;
}

function keyOf(messages: readonly Message[], withPreferences: boolean): string {
  let said = '';
  const add = (role: string, content: string, toolCalls: readonly ToolCall[] | undefined): void => {
    const text = normalised(content);
    // Lengths keep ("ab", "c") and ("a", "bc") apart.
    said += `${role}:${text.length}:${text}`;
    if (toolCalls) said += canonicalJson(toolCalls);
  };
  for (const { role, content, toolCalls, rejected, meta } of messages) {
    if (role === 'system') continue;
    add(role, content, toolCalls);
    if (!withPreferences) continue;
    for (const reply of rejected ?? []) add('rejected', reply.content, reply.toolCalls);
    if (meta?.['rating'] !== undefined) add('rating', String(meta['rating']), undefined);
  }
  return hash('sha256', said, 'buffer').toString('latin1', 0, 16);
}

/** Most texts are plain already, and looking costs less than making them anew. */
function normalised(content: string): string {
  const text = (/[\u0080-\uffff]/.test(content) ? content.normalize('NFKC') : content).toLowerCase();
  return (/\s\s|[^\S ]/.test(text) ? text.replace(/\s+/g, ' ') : text).trim();
}

/** Bare points are read on the scale from 1 to 5; what lies beyond it is no dislike. */
function isDisliked(example: Example): boolean {
  const value = satisfaction(example, [1, 5]);
  return value !== undefined && value < 0.5;
}

/**
 * A 32-bit number for a record's preferences alone, rejected replies and ratings, and 0 where it has none: records that
 * say nearly the same are two when people judged them otherwise.
 */
export function preferenceMark(example: Example): number {
  const { messages } = example;
  const judged = messages.filter((one) => one.rejected !== undefined || one.meta?.['rating'] !== undefined);
  const disliked = isDisliked(example);
  if (judged.length === 0 && !disliked) return 0;
  const digest = createHash('sha256').update(String(disliked));
  for (const one of judged) digest.update(canonicalJson([one.rejected ?? [], one.meta?.['rating'] ?? null]));
  return digest.digest().readInt32LE(0);
}
