/**
 * What is left of an e-mail address in chats that take every sign away: "johnsmithgmailcom", "inba 45 yahoocom". The name
 * of a provider with an ending of domains behind it and nothing between is no word of any language.
 */
import type { PiiSpan } from './recogniser.ts';

const providers = /mail|yahoo|outlook|icloud|gmx|yandex/i;
const host =
  /(?:(?:g|google|hot|rediff|rocket|proton|fast|e|y)?mail|yahoo|outlook|icloud|gmx|yandex)(?: ?dot ?)?(?:com|net|de|fr|couk)(?![\p{L}\p{N}_@.-])/giu;
/** What is written together with the host, and the number and the word before it. */
const glued = /[\p{L}\p{N}_.-]{0,64}$/u;
const number = /(?<![^\s])\d{1,6} $/;
const word = /(?<![\p{L}\p{N}@.])[\p{L}\p{N}]{2,40} $/u;
/** No part of an address. */
const around =
  /^(?:my|its?|is|are|the|a|an|at|to|on|from|by|with|via|use|using|in|and|or|of|for|this|your|have|email|mail|e|id|ids|address|adress|correct|new|old|other|through|name|ph|phone|number|no|yes|sure|ok|so|that|send|sent|me) $/i;
const longestLocal = 120;

export function bareEmails(text: string): PiiSpan[] {
  if (!providers.test(text)) return [];
  const spans: PiiSpan[] = [];
  for (const match of text.matchAll(host)) {
    let left = text.slice(Math.max(0, match.index - longestLocal), match.index);
    const whole = left.length;
    const take = (pattern: RegExp): boolean => {
      const found = pattern.exec(left)?.[0] ?? '';
      left = left.slice(0, left.length - found.length);
      return found !== '';
    };
    const isGlued = take(glued);
    if (left.endsWith('@') || left.endsWith('/')) continue;
    const isNumbered = take(number);
    if (!isGlued || isNumbered) {
      const before = word.exec(left)?.[0];
      if (before !== undefined && !around.test(before)) left = left.slice(0, left.length - before.length);
      else if (!isGlued) continue;
    }
    const start = match.index - (whole - left.length);
    spans.push({ type: 'EMAIL', start, end: match.index + match[0].length, confidence: 0.8 });
  }
  return spans;
}
