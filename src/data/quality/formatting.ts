import { isCutOff } from './cut-off.ts';
import { repliesOf, type Turn } from './reading.ts';

/** Letters that a text in capitals needs before it is shouting and not an abbreviation. */
const shoutedLetters = 12;
const shoutedShare = 0.7;

/**
 * Share of the replies without a fault of form: shouting, markup or code left open, a template's variable left unfilled,
 * characters broken by a wrong encoding, runs of marks, or an end in mid-sentence. Unknown without a reply in words.
 */
export function formatting(turns: readonly Turn[]): number | undefined {
  const replies = repliesOf(turns);
  if (replies.length === 0) return undefined;
  return replies.filter(({ text }) => !hasFault(text)).length / replies.length;
}

function hasFault(text: string): boolean {
  return isShouted(text) || hasDamage(text) || hasOpenTag(text) || isCutOff(text);
}

function isShouted(text: string): boolean {
  if (!/[A-Z]{4}/.test(text)) return false;
  let upper = 0;
  let lower = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 65 && unit <= 90) upper += 1;
    else if (unit >= 97 && unit <= 122) lower += 1;
  }
  return upper >= shoutedLetters && upper / (upper + lower) >= shoutedShare;
}

/** An unfilled `{{name}}` or `{price:d}`, U+FFFD, UTF-8 read as Latin-1 ("Ã©", "â€™"), or six marks in a row. */
function hasDamage(text: string): boolean {
  return /\{\{[^{}]{0,60}\}\}|\{[a-z_]{1,40}(?::[a-z0-9.]{0,8})?\}|\ufffd|Ã[\u0080-\u00bf]|â€|[!?]{6}/i.test(
    text,
  );
}

/** A closing HTML tag without its opening one or the other way round, of the tags that always come in pairs. */
function hasOpenTag(text: string): boolean {
  if (!text.includes('<')) return false;
  const open = new Map<string, number>();
  for (const [, slash, name] of text.matchAll(/<(\/?)(a|b|i|p|div|span|ul|ol|table|strong|em)(?=[\s>])/gi)) {
    const key = name!.toLowerCase();
    open.set(key, (open.get(key) ?? 0) + (slash === '/' ? -1 : 1));
  }
  // A paragraph may be left open in HTML.
  return [...open].some(([name, count]) => count !== 0 && !(name === 'p' && count > 0));
}
