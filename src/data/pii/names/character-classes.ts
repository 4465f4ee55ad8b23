/** What a character is to a word of a name: a letter in either case, a digit, a mark within words, or none of these. */

export const characterClass = { other: 0, lower: 1, upper: 2, digit: 3, apostrophe: 4, hyphen: 5 } as const;

const { other, lower, upper, digit, apostrophe, hyphen } = characterClass;

const asciiClass = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character >= 'a' && character <= 'z') return lower;
  if (character >= 'A' && character <= 'Z') return upper;
  if (character >= '0' && character <= '9') return digit;
  return character === "'" ? apostrophe : character === '-' ? hyphen : other;
});

/** Letters from Latin-1 to the scripts of South and East Asia that separate words; CJK is not cut into words. */
export function classOf(code: number, text: string, at: number): number {
  if (code < 128) return asciiClass[code]!;
  if (code === 0x2019) return apostrophe;
  if (code === 0x2010 || code === 0x2011) return hyphen;
  if (code < 0xc0 || code === 0xd7 || code === 0xf7 || code >= 0x2000) return other;
  const character = text[at]!;
  return character === character.toLowerCase() ? lower : upper;
}

/** An apostrophe or a hyphen between letters belongs to the word (O'Brien, Jean-Pierre), a possessive 's does not. */
export function isWithin(text: string, at: number, before: number): boolean {
  if ((before !== lower && before !== upper) || at + 1 >= text.length || isPossessive(text, at)) return false;
  const after = classOf(text.charCodeAt(at + 1), text, at + 1);
  return after === lower || after === upper;
}

/** Whether 's stands at `at`, and the word ends with it. */
export function isPossessive(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 39 && code !== 0x2019) return false;
  if (text[at + 1] !== 's' && text[at + 1] !== 'S') return false;
  if (at + 2 >= text.length) return true;
  const after = classOf(text.charCodeAt(at + 2), text, at + 2);
  return after === other || after === hyphen || after === apostrophe;
}
