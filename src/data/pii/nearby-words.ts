/** The words around a candidate: what tells an account number from a phone number. Whole words only, never parts of one. */
const contextCharacters = 60;

/**
 * What stands before `at`: up to 60 characters of the text, and of `before` where `at` is that near the start of the
 * text.
 */
export function talkBefore(text: string, at: number, before: string): string {
  const left = text.slice(Math.max(0, at - contextCharacters), at);
  return left.length < contextCharacters ? `${before.slice(-2 * contextCharacters)} ${left}` : left;
}

/** By pattern of whole words, one for the same words anywhere: a text without them is told in a quarter of the time. */
const anywhere = new WeakMap<RegExp, RegExp>();

/** A pattern for any of these words as whole words, case ignored; a blank in a word is any blank, hyphen or underline. */
export function wholeWords(words: readonly string[], flags = 'iu'): RegExp {
  const alternatives = words.map((word) => word.replaceAll(' ', '[\\s_-]?')).join('|');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, flags);
  anywhere.set(whole, new RegExp(alternatives, flags.replace('g', '')));
  return whole;
}

/** Whether a text can hold one of the words of `wholeWords`; some of those that can hold none. */
export function mayHaveWord(words: RegExp, text: string): boolean {
  return anywhere.get(words)?.test(text) ?? true;
}

/** Whether a text holds one of the words of `wholeWords`. */
export function hasWord(words: RegExp, text: string): boolean {
  words.lastIndex = 0;
  return mayHaveWord(words, text) && words.test(text);
}

/** Where the last match of `words` (flag g) begins in `text`, or -1. */
export function lastIndexOf(words: RegExp, text: string): number {
  let last = -1;
  if (!mayHaveWord(words, text)) return last;
  words.lastIndex = 0;
  for (let match = words.exec(text); match; match = words.exec(text)) last = match.index;
  return last;
}

/** Whether a text is little else than a number: what people type who were asked for it some turns before. */
export function isShortAnswer(text: string, value: string): boolean {
  return text.length - value.length <= 30 && text.trim().split(/\s+/).length <= 4;
}
