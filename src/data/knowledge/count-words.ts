/** How long a text is, in words, for languages with and without spaces between them. */

/** Characters that make a word where words are not set apart: about what English needs one word for. */
const charactersPerWord = { han: 2, thai: 5 };
/** Addresses and the like count as one word for each this many characters. */
const longestWord = 30;

/**
 * Words of a text: runs of characters between white space, and for scripts without spaces a word for every two Chinese
 * or Japanese characters and for every five Thai, Lao, Khmer or Burmese ones.
 */
export function countWords(text: string): number {
  let words = 0;
  let han = 0;
  let thai = 0;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isHan(code)) {
      han += 1;
      run = 0;
    } else if (isThai(code)) {
      thai += 1;
      run = 0;
    } else if (isLetter(code)) {
      if (run === 0) words += 1;
      run = (run + 1) % longestWord;
    } else if (isSpace(code)) run = 0;
  }
  return words + Math.ceil(han / charactersPerWord.han) + Math.ceil(thai / charactersPerWord.thai);
}

/** Chinese characters, kana, bopomofo, and the first half of the characters beyond U+FFFF that are rare Chinese ones. */
export function isHan(code: number): boolean {
  return (
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0x3041 && code <= 0x312f) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xd840 && code <= 0xd88f)
  );
}

function isThai(code: number): boolean {
  return (
    (code >= 0x0e01 && code <= 0x0eff) ||
    (code >= 0x1000 && code <= 0x109f) ||
    (code >= 0x1780 && code <= 0x17ff)
  );
}

/** Anything that may stand in a word: digits, letters, and all beyond ASCII that is neither space nor punctuation. */
function isLetter(code: number): boolean {
  if (code < 0x80)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return (
    !isSpace(code) &&
    !(code >= 0x2010 && code <= 0x206f) &&
    !(code >= 0x3000 && code <= 0x303f) &&
    code < 0xff00
  );
}

function isSpace(code: number): boolean {
  return (
    code === 32 ||
    (code >= 9 && code <= 13) ||
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x3000
  );
}
