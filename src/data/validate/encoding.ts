/** Signs that a text was decoded wrongly. */

const replacement = /\ufffd/;

/**
 * UTF-8 read as Windows-1252: the two or three characters that the bytes of one letter, quotation mark or dash turn into
 * (é as Ã©, ’ as â€™, a byte order mark as ï»¿). Each alternative has a fixed length, so the search is linear.
 */
const misread =
  /[\u00c2\u00c3\u00c4\u00c5][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2026\u2030\u2039\u203a\u20ac\u2122]|\u00e2(?:\u20ac|\u0080)[\u0080-\u00bf\u0152\u0153\u0178\u02dc\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]|\u00ef\u00bb\u00bf|\u00f0\u0178/;

export type EncodingDamage = 'replacement characters' | 'UTF-8 read as another encoding';

/** What is wrong with a text's characters; undefined for a sound one. */
export function encodingDamage(text: string): EncodingDamage | undefined {
  if (replacement.test(text)) return 'replacement characters';
  return misread.test(text) ? 'UTF-8 read as another encoding' : undefined;
}
