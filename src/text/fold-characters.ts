/**
 * The part of a text that every tokenizer's normaliser leaves alike: letters and digits in lower case, without accents,
 * white space and invisible signs. Two forms of one text (NFC, NFKC, lower case, accents stripped) fold to the same.
 */

const foldedCharacters = new Map<string, readonly number[]>();

/** The code points that remain of one character (a code point as a string); none of an accent, a blank or a sign without width. */
export function foldCharacter(character: string): readonly number[] {
  let folded = foldedCharacters.get(character);
  if (folded === undefined) {
    const plain = character
      .normalize('NFKD')
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[\p{Mn}\p{C}\s\u2581\ufffd]/gu, '')
      .replaceAll('ς', 'σ');
    folded = Array.from(plain, (one) => one.codePointAt(0)!);
    foldedCharacters.set(character, folded);
  }
  return folded;
}

/** A text as folded code points, each with the place in the text that it comes from (UTF-16 units, half open). */
export type FoldedText = { codes: number[]; starts: number[]; ends: number[] };

/** An accent that stands alone belongs to the character before it. */
export function foldText(text: string): FoldedText {
  const codes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    const folded = foldCharacter(character);
    for (const code of folded) {
      codes.push(code);
      starts.push(at);
      ends.push(end);
    }
    if (folded.length === 0 && ends.at(-1) === at && /\p{M}|\u200d/u.test(character)) {
      const start = starts.at(-1);
      for (let i = ends.length - 1; i >= 0 && starts[i] === start; i--) ends[i] = end;
    }
    at = end;
  }
  return { codes, starts, ends };
}
