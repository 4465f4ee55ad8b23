import { canonicalJson } from '../../base/json.ts';
import type { ToolCall } from '../../data/example.ts';

/**
 * Text as exact match sees it: Unicode NFKC, lower case, punctuation and symbols removed, white space collapsed to
 * one space and trimmed. Unlike SQuAD's rule, articles stay.
 */
export function normaliseReply(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}]+/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** 1 where both texts are equal after `normaliseReply`, else 0. */
export function exactMatch(prediction: string, reference: string): number {
  return normaliseReply(prediction) === normaliseReply(reference) ? 1 : 0;
}

/** 1 where both turns call the same tools in the same order with equal arguments (key order does not matter), else 0. */
export function queryMatch(prediction: readonly ToolCall[], reference: readonly ToolCall[]): number {
  const plain = (calls: readonly ToolCall[]): string =>
    canonicalJson(calls.map((call) => ({ name: call.name, arguments: call.arguments })));
  return plain(prediction) === plain(reference) ? 1 : 0;
}
