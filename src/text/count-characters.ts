const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/**
 * How much a text says, in characters: a Chinese, Japanese or Korean one counts as two, as it does in width (UAX #11), for
 * it says at least as much. Other code points count as one.
 */
export function countCharacters(text: string): number {
  if (/^[\0-\x7f]*$/.test(text)) return text.length;
  const pairs = text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0;
  return text.length - pairs + (text.match(wide)?.length ?? 0);
}
