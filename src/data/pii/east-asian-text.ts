/** What Chinese, Japanese and Korean writing does to forms that are Latin letters and digits. Lengths stay as they are. */

const eastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const allEastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu;
/** Digits, letters and signs as wide as a Chinese character: １３８, ＠, ．, －, ＋. */
const wide = /[０-９Ａ-Ｚａ-ｚ＠．－＋]/gu;
const wideBy = 0xfee0;

/** The text with wide digits and letters made plain. */
export function withPlainWidth(text: string): string {
  if (text.search(wide) < 0) return text;
  return text.replace(wide, (character) => String.fromCharCode(character.charCodeAt(0) - wideBy));
}

/**
 * The text with a full stop for every character of these scripts. No space stands between them and an address or a number,
 * so that 邮箱a@b.example谢谢 would be one word.
 */
export function withoutEastAsian(text: string): string {
  // A character beyond the first plane is two units long.
  return eastAsian.test(text) ? text.replace(allEastAsian, ({ length }) => '。'.repeat(length)) : text;
}
