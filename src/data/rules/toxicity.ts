import { counted } from '../../base/number-text.ts';
import { baseLanguage } from '../../text/language.ts';
import { type WordFinder, wordFinder } from '../../text/word-list.ts';
import type { ToxicityConfig } from '../config/text.ts';
import type { Message } from '../example.ts';
import { isSpoken } from '../spoken-text.ts';
import type { Verdict } from '../verdict.ts';
import type { RecordRule } from '../rule.ts';

/** Obscene and abusive words by language (ISO 639-1). */
export type ToxicWords = Readonly<Record<string, readonly string[]>>;

/**
 * Listed words that support talks about without offence: forms ask for the sex, orders say "xx", a network has a
 * hard core. Whoever wants them counted lists them under `words`.
 */
const everyday: ReadonlySet<string> = new Set([
  'big black',
  'butt',
  'cialis',
  'domination',
  'escort',
  'fecal',
  'genitals',
  'girl on',
  'god damn',
  'hard core',
  'hardcore',
  'intercourse',
  'negro',
  'nude',
  'nudity',
  'panties',
  'panty',
  'playboy',
  'rectum',
  'sex',
  'sexo',
  'sexual',
  'sexuality',
  'sexually',
  'sexy',
  'skeet',
  'snatch',
  'spastic',
  'spunk',
  'suck',
  'sucks',
  'swinger',
  'tied up',
  'topless',
  'twinkie',
  'undressing',
  'viagra',
  'xx',
]);

/**
 * Counts listed words in `meta.toxic` of the message and of the conversation. A word list knows no context: by default
 * nothing is dropped for it.
 */
export function toxicity({ drop, words, allow }: ToxicityConfig, listed: ToxicWords): RecordRule {
  const allowed = new Set(allow.map((word) => word.toLowerCase()));
  const finders = new Map<string, WordFinder>();
  const finderFor = (named: string): WordFinder => {
    const language = Object.hasOwn(listed, named) ? named : 'en';
    let finder = finders.get(language);
    if (!finder) {
      const known = [...(listed[language] ?? []), ...(listed['en'] ?? [])];
      const counted = known.filter((word) => !everyday.has(word));
      finder = wordFinder([...counted, ...words].filter((word) => !allowed.has(word.toLowerCase())));
      finders.set(language, finder);
    }
    return finder;
  };
  return {
    name: 'toxicity',
    decide: (example): Verdict => {
      const find = finderFor(baseLanguage(example.meta.language ?? 'en'));
      let count = 0;
      let dropped: Message['role'] | undefined;
      const messages = example.messages.map((one) => {
        if (!isSpoken(one)) return one;
        const found = find(one.content).length;
        if (found === 0) return one;
        count += found;
        if (drop === 'anyone' || drop === one.role) dropped ??= one.role;
        return { ...one, meta: { ...one.meta, toxic: found } };
      });
      if (count === 0) return { example };
      if (dropped !== undefined)
        return { drop: `the ${dropped} uses words from the list of abuse`, kind: `abuse by the ${dropped}` };
      return {
        example: { ...example, messages, meta: { ...example.meta, toxic: count } },
        changes: [
          {
            reason: `marked ${counted(count, 'word')} from the list of abuse`,
            kind: 'marked abuse',
          },
        ],
      };
    },
  };
}

/** The list of LDNOOBW (CC-BY-4.0), by language. */
export async function loadToxicWords(): Promise<ToxicWords> {
  return (await import('naughty-words')).default;
}
