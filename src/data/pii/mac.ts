import { lastIndexOf, talkBefore, wholeWords } from './context.ts';
import type { Recogniser } from './recogniser.ts';

const candidate =
  /(?<![\p{L}\p{N}:.-])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\p{L}\p{N}]|[:.-][\p{L}\p{N}])/giu;
const some = /[0-9a-f]{2}[:-][0-9a-f]{2}[:-]|[0-9a-f]{4}\.[0-9a-f]{4}\./i;
const words = wholeWords(['mac', 'mac address', 'hardware address', 'ethernet', 'bssid', 'wi fi'], 'giu');
/** No card of anybody: all zeros, and the broadcast address. */
const nobody = /^(?:0+|f+)$/i;

/** Hardware addresses (EUI-48) in the three usual forms; digits alone may be a time or a number, and need the word. */
export const macAddresses: Recogniser = {
  types: ['MAC'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!some.test(text)) return [];
    return [...text.matchAll(candidate)].flatMap(({ 0: found, index }) => {
      const isPlain = /[a-f]/i.test(found) || lastIndexOf(words, talkBefore(text, index, before)) >= 0;
      return isPlain && !nobody.test(found.replace(/[:.-]/g, ''))
        ? [{ type: 'MAC' as const, start: index, end: index + found.length, confidence: 0.95 }]
        : [];
    });
  },
};
