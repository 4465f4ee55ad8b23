import { counted } from '../../base/number-text.ts';
import { textHash } from '../../base/hash.ts';
import type { MacrosConfig } from '../config/text.ts';
import type { Message } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import type { ShuffleRule } from '../rule.ts';
import { countingHashes, repeatedHashes } from './repeated-hashes.ts';

const leastWords = 5;
const leastUnspacedCharacters = 12;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/**
 * Marks replies that agents sent from a template: the same words in many conversations, but for numbers, names that were
 * masked, case and punctuation. `meta.macro` on the message, the share of such replies as `meta.macroShare` of the
 * conversation. A model that learns nothing but macros looks good by heart, so evaluation and selection may want to know.
 */
export function macros(config: MacrosConfig): ShuffleRule<readonly number[], Set<number>> {
  return {
    name: 'macros',
    observe: ({ messages }) => [
      ...new Set(messages.map(macroHash).filter((hash): hash is number => hash !== undefined)),
    ],
    ...countingHashes,
    conclude: (shuffle) => repeatedHashes(shuffle, config),
    apply: (example, _index, repeated): Verdict => {
      let count = 0;
      const messages = example.messages.map((one) => {
        const hash = macroHash(one);
        if (hash === undefined || !repeated.has(hash)) return one;
        count += 1;
        return { ...one, meta: { ...one.meta, macro: true } };
      });
      if (count === 0) return { example };
      const replies = messages.filter(({ role, content }) => role === 'assistant' && content !== '').length;
      const macroShare = Number((count / replies).toFixed(3));
      return {
        example: { ...example, messages, meta: { ...example.meta, macroShare } },
        changes: [
          {
            reason: `marked ${count} of ${counted(replies, 'reply', 'replies')} as macros`,
            kind: 'marked macros',
          },
        ],
      };
    },
  };
}

/** Undefined for what is no reply, or too short to be told from talk. */
function macroHash({ role, content }: Message): number | undefined {
  if (role !== 'assistant') return undefined;
  const words = content
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\[[a-z]+(?:_\d+)?\]/g, ' ')
    .match(/\p{L}+/gu);
  if (words === null) return undefined;
  const text = words.join(' ');
  const isLong =
    words.length >= leastWords || (unspaced.test(text) && text.length >= leastUnspacedCharacters);
  return isLong ? textHash(text) : undefined;
}
