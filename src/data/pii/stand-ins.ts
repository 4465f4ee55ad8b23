/** What is put in the place of a value, the same for the same value all through one conversation. */
import { createHmac } from 'node:crypto';
import { seededRandom } from '../../base/random.ts';
import { eastAsianPart } from './east-asian-surrogates.ts';
import { isEastAsian } from './names/unspaced-names.ts';
import { isSame, keyOf, nameWords } from './same-person.ts';
import { surrogateOf } from './surrogates.ts';
import { wholeNamesOf } from './whole-names.ts';

export type Strategy = 'placeholder' | 'surrogate' | 'hash';

export type StandIns = (type: string, value: string) => string;

type Known = { type: string; key: string; value: string; replacement: string };

const hashCharacters = 12;

/**
 * The stand-ins of one conversation. Placeholders are numbered as they come: [NAME_1], [NAME_2]; of other types the first
 * is [EMAIL] and the next [EMAIL_2]. Surrogates are drawn from the conversation's name and the number of the value, not
 * from the value, so nothing leads back to it. A hash is HMAC-SHA-256 under the key, so that one customer is one hash in
 * all conversations and nobody without the key can try values out.
 */
export function standInsOf(
  conversation: string,
  {
    strategyOf,
    hashKey,
    taken,
    names,
  }: {
    strategyOf: (type: string) => Strategy;
    hashKey: string;
    taken: ReadonlySet<string>;
    /** All names of the conversation in reading order, so that "Maria" before "Maria Lopez" is the same person. */
    names: Iterable<string>;
  },
): StandIns {
  const known: Known[] = [];
  const used = new Set(taken);
  const make = (type: string, key: string, value: string): string => {
    const strategy = strategyOf(type);
    if (strategy === 'hash')
      return `[${type}_${createHmac('sha256', hashKey).update(`${type}\n${key}`).digest('hex').slice(0, hashCharacters)}]`;
    for (let attempt = 1; ; attempt++) {
      const made =
        strategy === 'placeholder'
          ? placeholder(type, attempt)
          : surrogateOf(type, value, seededRandom(0, conversation, type, known.length, attempt));
      const isFree = !used.has(made) && made !== value;
      if (isFree || (strategy === 'surrogate' && attempt >= 20)) {
        used.add(made);
        return made;
      }
    }
  };
  const wholeName = wholeNamesOf(names);
  return (type, value) => {
    const whole = type === 'NAME' ? wholeName(value) : value;
    const key = keyOf(type, whole);
    let same = known.find((one) => one.type === type && isSame(type, one.key, key));
    if (!same) {
      same = { type, key, value: whole, replacement: make(type, key, whole) };
      known.push(same);
      if (whole === value) return same.replacement;
    }
    return type === 'NAME' && strategyOf(type) === 'surrogate' ? partOf(same, value) : same.replacement;
  };
}

function placeholder(type: string, count: number): string {
  return type !== 'NAME' && count === 1 ? `[${type}]` : `[${type}_${count}]`;
}

/** "Smith" after "John Smith" became "Alex Carter" is "Carter"; "John" is "Alex". */
function partOf({ value: whole, replacement }: Known, value: string): string {
  if (isEastAsian(whole)) return eastAsianPart(whole, replacement, value);
  const [words, made] = [nameWords(whole), replacement.split(' ')];
  const part = nameWords(value);
  if (part.length !== 1 || words.length < 2 || made.length < 2) return replacement;
  return part[0] === words.at(-1) ? made.at(-1)! : made[0]!;
}
