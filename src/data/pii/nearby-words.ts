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

/** A pattern for any of these words as whole words, case ignored; a blank in a word is any blank, hyphen or underline. */
export function wholeWords(words: readonly string[], flags = 'iu'): RegExp {
  const alternatives = words.map((word) => word.replaceAll(' ', '[\\s_-]?'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}])`, flags);
}

/** Where the last match of `words` (flag g) begins in `text`, or -1. */
export function lastIndexOf(words: RegExp, text: string): number {
  let last = -1;
  words.lastIndex = 0;
  for (let match = words.exec(text); match; match = words.exec(text)) last = match.index;
  return last;
}

/** Whether a text is little else than a number: what people type who were asked for it some turns before. */
export function isShortAnswer(text: string, value: string): boolean {
  return text.length - value.length <= 30 && text.trim().split(/\s+/).length <= 4;
}
