/**
 * A pattern for any of these texts, case ignored, the longest first where one begins with another; `wrap` puts what has to
 * stand around them. Undefined for no texts.
 */
export function alternatives(
  texts: readonly string[],
  flags: 'gi' | 'giv',
  wrap: (body: string) => string = (body) => body,
): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longestFirst = [...texts].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return new RegExp(wrap(`(?:${longestFirst.map((text) => RegExp.escape(text)).join('|')})`), flags);
}

const unspaced = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
/** What a word goes on with; scripts that put no space between words tell nobody where one ends. */
const partOfWord = `[[\\p{L}\\p{N}_]--[${unspaced.map((script) => `\\p{Script=${script}}`).join('')}]]`;

/** Of whole words. */
export const asWholeWords = (body: string): string => `(?<!${partOfWord})${body}(?!${partOfWord})`;
