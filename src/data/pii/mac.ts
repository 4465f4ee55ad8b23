import { lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { Recogniser } from './recogniser.ts';

const candidate =
  /(?<![\p{L}\p{N}:.-])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\p{L}\p{N}]|[:.-][\p{L}\p{N}])/giu;
const some = /[:-][0-9a-f]{2}[:-]|\.[0-9a-f]{4}\./i;
/** The shortest form goes on for so long behind its first full stop; most texts have it at their end. */
const behindStop = 9;
const words = wholeWords(['mac', 'mac address', 'hardware address', 'ethernet', 'bssid', 'wi fi'], 'giu');
/** No card of anybody: all zeros, and the broadcast address. */
const nobody = /^(?:0+|f+)$/i;

/** Hardware addresses (EUI-48) in the three usual forms; digits alone may be a time or a number, and need the word. */
export const macAddresses: Recogniser = {
  types: ['MAC'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!mayHold(text) || !some.test(text)) return [];
    return [...text.matchAll(candidate)].flatMap(({ 0: found, index }) => {
      const isPlain = /[a-f]/i.test(found) || lastIndexOf(words, talkBefore(text, index, before)) >= 0;
      return isPlain && !nobody.test(found.replace(/[:.-]/g, ''))
        ? [{ type: 'MAC' as const, start: index, end: index + found.length, confidence: 0.95 }]
        : [];
    });
  },
};

function mayHold(text: string): boolean {
  if (text.includes(':') || text.includes('-')) return true;
  const stop = text.indexOf('.');
  return stop >= 0 && stop + behindStop < text.length;
}
