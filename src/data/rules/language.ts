import { counted } from '../../base/number-text.ts';
import { baseLanguage, type LanguageOf } from '../../text/language.ts';
import type { LanguageConfig } from '../config/text.ts';
import type { Message } from '../example.ts';
import { isSpoken, spokenText } from '../spoken-text.ts';
import type { Verdict } from '../verdict.ts';
import type { RecordRule } from '../rule.ts';

/**
 * Notes the language of a conversation in `meta.language`, unless the source named one, and of a message in its own meta
 * where it differs. Drops what is in none of the languages to keep; a text too short to tell is kept.
 */
export function language({ keep }: LanguageConfig, detect: LanguageOf): RecordRule {
  return {
    name: 'language',
    decide: (example): Verdict => {
      const spoken = example.meta.language ?? detect(spokenText(example));
      if (spoken === undefined) return { example };
      if (keep.length > 0 && !keep.includes(baseLanguage(spoken)))
        return { drop: `it is in ${spoken}, not in ${keep.join(' or ')}`, kind: `in ${spoken}` };
      const changed: Message[] = [];
      const messages = example.messages.map((one) => {
        const marked = withLanguage(one, baseLanguage(spoken), detect);
        if (marked !== one) changed.push(marked);
        return marked;
      });
      if (example.meta.language !== undefined && changed.length === 0) return { example };
      return {
        example: { ...example, messages, meta: { ...example.meta, language: spoken } },
        changes: changed.length === 0 ? [] : [mixedChange(changed.length)],
      };
    },
  };
}

function mixedChange(count: number): { reason: string; kind: string } {
  return {
    reason: `${counted(count, 'message is', 'messages are')} in another language than the conversation`,
    kind: 'marked messages in another language',
  };
}

function withLanguage(one: Message, conversation: string, detect: LanguageOf): Message {
  if (!isSpoken(one)) return one;
  const found = detect(one.content, conversation);
  return found === undefined || found === conversation
    ? one
    : { ...one, meta: { ...one.meta, language: found } };
}
