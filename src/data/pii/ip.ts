import { isIPv6 } from 'node:net';
import type { Span } from './find.ts';

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const version4 = new RegExp(`(?<![\\w.:-])${byte}(?:\\.${byte}){3}(?![\\w-]|\\.\\d)`, 'g');
const version6 = /(?<![\w:.])[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi;
const versionWord =
  /(?:\bv|version|release|build|firmware|revision|driver|update|upgrade[sd]? to)[\s:=#]*(?:number|no\.?|is)?\s*$/i;
/** Addresses that name no machine of anybody: this host, any host, network masks. */
const nobody = /^(?:127\.|0\.0\.0\.0|255\.)/;

/** IPv4 and IPv6 addresses; not version numbers, times or hardware addresses. */
export function findAddresses(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of /\d\.\d/.test(text) ? text.matchAll(version4) : []) {
    const isVersion = versionWord.test(text.slice(Math.max(0, match.index - 24), match.index));
    if (!isVersion && !nobody.test(match[0]))
      spans.push({ start: match.index, end: match.index + match[0].length });
  }
  if (!/:[^:]*:/.test(text)) return spans;
  for (const match of text.matchAll(version6)) {
    // The colon after an address belongs to the sentence.
    const value = match[0].replace(/(?<!:):$/, '');
    const groups = value.split(':').filter((group) => group !== '');
    const isNamespace = groups.length < 3 && !/^[0-9a-f]{4}:/i.test(value);
    if (isIPv6(value) && !isNamespace) spans.push({ start: match.index, end: match.index + value.length });
  }
  return spans;
}
