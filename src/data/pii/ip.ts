import { isIPv6 } from 'node:net';
import type { PiiSpan, Recogniser } from './recogniser.ts';

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const version4 = new RegExp(`(?<![\\w.:-])${byte}(?:\\.${byte}){3}(?![\\w-]|\\.\\d)`, 'g');
const version6 = /(?<![\w:.])[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi;
const versionWord =
  /(?:(?<![\p{L}\p{N}])v|(?<!\p{L})(?:version|release|build|firmware|revision|driver|patch|client|app|software|sdk|kernel|update|upgrade[sd]?))[\s:=#]{0,3}(?:number|no\.?|is|to)?\s{0,3}$/iu;
/** Addresses that name no machine of anybody: this host, any host, network masks. */
const nobody = /^(?:127\.|0\.0\.0\.0|255\.255\.)/;

/** IPv4 and IPv6 addresses; not version numbers, times or hardware addresses. */
export const addresses: Recogniser = {
  types: ['IP'],
  readsForms: true,
  needsDigit: true,
  find: (text) => {
    const spans: PiiSpan[] = [];
    const add = (start: number, end: number): number =>
      spans.push({ type: 'IP', start, end, confidence: 0.95 });
    for (const { 0: found, index } of /\d\.\d/.test(text) ? text.matchAll(version4) : []) {
      const isVersion = versionWord.test(text.slice(Math.max(0, index - 24), index));
      if (!isVersion && !nobody.test(found)) add(index, index + found.length);
    }
    if (!/[0-9a-f:]:[0-9a-f:]/i.test(text)) return spans;
    for (const { 0: found, index } of text.matchAll(version6)) {
      // The colon after an address belongs to the sentence.
      const value = found.replace(/(?<!:):$/, '');
      if (!value.includes(':')) continue;
      const groups = value.split(':').filter((group) => group !== '');
      const isNamespace = groups.length < 3 && !/^[0-9a-f]{4}:|\./i.test(value);
      if (isIPv6(value) && !isNamespace) add(index, index + value.length);
    }
    return spans;
  },
};
