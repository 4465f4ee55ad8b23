import { canonicalJson } from '../../base/json.ts';
import type { ToolCall } from '../../data/example.ts';

/**
 * Text as exact match sees it: Unicode NFKC, lower case, punctuation and symbols removed, white space collapsed to
 * one space and trimmed. Unlike SQuAD's rule, articles stay, what stands between two digits stays (3.50 is not 350), and
 * a text of signs alone keeps them.
 */
export function normaliseReply(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
  const words = folded.replace(/[\p{P}\p{S}]+/gu, (signs, at: number) =>
    isDigit(folded[at - 1]) && isDigit(folded[at + signs.length]) ? signs : '',
  );
  return words.replace(/\s+/gu, ' ').trim() || folded;
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && /\p{Nd}/u.test(character);

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
