import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/json.ts';
import type { Message } from './example.ts';

/**
 * What makes two conversations the same: who says what, without case and with white space as one space (NFKC), and the
 * tool calls. System prompts, ids and facts do not count. 128 bits of SHA-256, as 16 characters of one byte each.
 */
export function contentKey(messages: readonly Message[]): string {
  const hash = createHash('sha256');
  for (const { role, content, toolCalls } of messages) {
    if (role === 'system') continue;
    const text = content.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
    // Lengths keep ("ab", "c") and ("a", "bc") apart.
    hash.update(`${role}:${text.length}:${text}`);
    if (toolCalls) hash.update(canonicalJson(toolCalls));
  }
  return hash.digest().toString('latin1', 0, 16);
}
