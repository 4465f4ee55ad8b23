/** Which name in full a part of one belongs to, wherever in a conversation the full one stands. */
import { isEastAsian } from './names/unspaced-names.ts';
import { nameWords } from './same-person.ts';

type Name = { value: string; words: readonly string[] };

/**
 * From the names of a conversation in reading order: the longest that holds all words of a name, the earlier one of two;
 * the name itself where there is none. Names without blanks between their words stay as they are.
 */
export function wholeNamesOf(values: Iterable<string>): (value: string) => string {
  const names = new Map<string, Name>();
  for (const value of values) {
    const words = nameWords(value);
    const key = words.join(' ');
    if (words.length > 0 && !isEastAsian(value) && !names.has(key)) names.set(key, { value, words });
  }
  const byWord = new Map<string, Name[]>();
  const wholes = new Map<string, string>();
  for (const [key, name] of [...names].sort(([, a], [, b]) => b.words.length - a.words.length)) {
    const whole = byWord
      .get(name.words[0]!)
      ?.find((one) => name.words.every((word) => one.words.includes(word)));
    if (whole) wholes.set(key, whole.value);
    else
      for (const word of new Set(name.words)) {
        const others = byWord.get(word);
        if (others) others.push(name);
        else byWord.set(word, [name]);
      }
  }
  return (value) => wholes.get(nameWords(value).join(' ')) ?? value;
}
