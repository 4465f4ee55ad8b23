/** What Chinese, Japanese and Korean writing does to forms that are Latin letters and digits. Lengths stay as they are. */

const eastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const allEastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu;
/** Digits, letters and signs as wide as a Chinese character: １３８, ＠, ．, －, ＋. */
const wide = /[０-９Ａ-Ｚａ-ｚ＠．－＋]/gu;
const wideBy = 0xfee0;
/** The digits of Arabic, Persian and Hindi, whose zeros are U+0660, U+06F0 and U+0966. */
const otherDigits = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;

/** The text with wide digits and letters made plain, and with the digits of other scripts as 0 to 9. */
export function withPlainWidth(text: string): string {
  const plain =
    text.search(wide) < 0
      ? text
      : text.replace(wide, (character) => String.fromCharCode(character.charCodeAt(0) - wideBy));
  return plain.search(otherDigits) < 0 ? plain : plain.replace(otherDigits, digitOf);
}

function digitOf(character: string): string {
  const code = character.charCodeAt(0);
  return String(code - (code < 0x06f0 ? 0x0660 : code < 0x0966 ? 0x06f0 : 0x0966));
}

/**
 * The text with a full stop for every character of these scripts. No space stands between them and an address or a number,
 * so that 邮箱a@b.example谢谢 would be one word.
 */
export function withoutEastAsian(text: string): string {
  // A character beyond the first plane is two units long.
  return eastAsian.test(text) ? text.replace(allEastAsian, ({ length }) => '。'.repeat(length)) : text;
}
