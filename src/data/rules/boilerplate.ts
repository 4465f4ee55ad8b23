import { counted } from '../../base/number-text.ts';
import { textHash } from '../../base/hash.ts';
import type { BoilerplateConfig } from '../config/text.ts';
import type { Example } from '../example.ts';
import { isSpoken } from '../spoken-text.ts';
import type { Verdict } from '../verdict.ts';
import type { ShuffleRule } from '../rule.ts';
import { countingHashes, repeatedHashes } from './repeated-hashes.ts';
import { type EndingLine, endingLines } from './endings.ts';

/** A line of an ending that no other conversation has, such as the agent's name, goes with the ending when it is short. */
const shortLine = 60;

/**
 * Cuts signatures, disclaimers and footers off the end of messages: lines that look like one (see endings.ts) and stand
 * there in many conversations. What people wrote once is never cut, and no message is cut to nothing.
 */
export function boilerplate(config: BoilerplateConfig): ShuffleRule<readonly number[], Set<number>> {
  return {
    name: 'boilerplate',
    observe: ({ messages }) => {
      const keys = messages.flatMap((one) => (isSpoken(one) ? endingLines(one.content) : []));
      return [...new Set(keys.map(({ key }) => textHash(key)))];
    },
    ...countingHashes,
    conclude: (shuffle) => repeatedHashes(shuffle, config),
    apply: (example, _index, repeated): Verdict =>
      repeated.size === 0 ? { example } : cut(example, repeated),
  };
}

function cut(example: Example, repeated: ReadonlySet<number>): Verdict {
  let count = 0;
  const messages = example.messages.map((one) => {
    if (!isSpoken(one)) return one;
    const content = withoutEnding(one.content, repeated);
    if (content === one.content) return one;
    count += 1;
    return { ...one, content };
  });
  if (count === 0) return { example };
  const reason = `cut the ending that many conversations have off ${counted(count, 'message')}`;
  return { example: { ...example, messages }, changes: [{ reason, kind: 'cut repeated endings' }] };
}

/** The text up to the first line from which on nearly everything is repeated in other conversations. */
function withoutEnding(text: string, repeated: ReadonlySet<number>): string {
  const lines = endingLines(text);
  const top = lines.findIndex((_line, i) => isRepeatedFrom(lines, i, repeated));
  return top < 0 ? text : text.slice(0, lines[top]!.start).trimEnd();
}

function isRepeatedFrom(lines: readonly EndingLine[], first: number, repeated: ReadonlySet<number>): boolean {
  const rest = lines.slice(first);
  const own = rest.filter(({ key }) => !repeated.has(textHash(key)));
  return (
    repeated.has(textHash(rest[0]!.key)) &&
    own.length * 2 < rest.length &&
    own.every(({ key }) => key.length <= shortLine)
  );
}
