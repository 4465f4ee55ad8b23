/** Parts of a text for people to read, never half of a character that takes two UTF-16 units. */

/** `at`, or one less where that lies within a character. */
export function wholeCharacter(text: string, at: number): number {
  const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return isLow && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
}

/** The first `length` UTF-16 units of a text at most, `…` behind them where that is not all. */
export function beginning(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, wholeCharacter(text, length))}…`;
}
