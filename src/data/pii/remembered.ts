/**
 * A recogniser that remembers short texts it has seen. Support says the same things again and again: most replies of a
 * help desk are a few thousand texts, and word recognisers are dear.
 */
import type { PiiSpan, Recogniser } from './recogniser.ts';

const longestText = 400;
/** Longer ones are no bare answer to a question. */
const longestAnswer = 100;
const mostTexts = 50_000;

/**
 * The same finds for the same text. What stands before counts only for a short text, and only as far as `asks` tells;
 * texts with digits, which more of the context decides about, are always looked at.
 */
export function remembered(recogniser: Recogniser, asks: (before: string) => boolean): Recogniser {
  const known = new Map<string, PiiSpan[]>();
  return {
    ...recogniser,
    find: (text, context) => {
      if (text.length > longestText || /\d/.test(text)) return recogniser.find(text, context);
      const isAnswer = text.length <= longestAnswer && asks(context.before);
      const key = isAnswer ? `\n${text}` : text;
      const seen = known.get(key);
      if (seen) return seen;
      const found = recogniser.find(text, context);
      if (known.size >= mostTexts) known.clear();
      known.set(key, found);
      return found;
    },
  };
}
