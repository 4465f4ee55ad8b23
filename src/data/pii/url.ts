import { hasWord, talkBefore, wholeWords } from './nearby-words.ts';
import { commonEndings, wordLikeEndings } from './top-level-domains.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

const withScheme =
  /(?<![\p{L}\p{N}])(?:https?|ftps?|sftp|wss?):\/\/[^\s<>"'`{}|\\^\u3000-\u303f\uff00-\uffef]{3,2000}/giu;
/** A host name and, after it, a path, query or fragment. */
const bare =
  /(?<![\p{L}\p{N}_@./:=-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}_@-])(?::\d{2,5})?(?:[/?#][^\s<>"'`{}|\\^\u3000-\u303f\uff00-\uffef]{0,2000})?/giu;
const siteWords = wholeWords([
  'website',
  'web site',
  'site',
  'domain',
  'url',
  'link',
  'visit',
  'web',
  'homepage',
  'page',
]);

/**
 * Web addresses and domain names. A name without scheme or www counts when it ends as domains do; an ending that is a
 * word or a file's ending too ("end.so", "setup.sh") needs a path, www, or a word such as "visit" before it.
 */
export const urls: Recogniser = {
  types: ['URL'],
  readsForms: true,
  find: (text, { before }) => {
    if (!/[\p{L}\p{N}]\.[\p{L}]|:\/\//u.test(text)) return [];
    const spans: PiiSpan[] = [];
    const add = (start: number, found: string, confidence: number): void => {
      spans.push({ type: 'URL', start, end: start + trimmed(found).length, confidence });
    };
    for (const { 0: found, index } of /:\/\//.test(text) ? text.matchAll(withScheme) : [])
      if (/[\p{L}\p{N}]/u.test(found.slice(found.indexOf('://') + 3))) add(index, found, 1);
    for (const { 0: found, index } of text.matchAll(bare))
      if (isSite(found, () => talkBefore(text, index, before))) add(index, found, 0.8);
    return spans;
  },
};

function isSite(found: string, talk: () => string): boolean {
  const host = found.split(/[/?#:]/, 1)[0]!.toLowerCase();
  if (/^www\d?\./.test(host)) return true;
  const ending = host.slice(host.lastIndexOf('.') + 1);
  const hasPath = found.length > host.length + 1 && found[host.length] === '/';
  if (commonEndings.has(ending)) return /^[^.]{2,}\./.test(host) || hasPath;
  if (!wordLikeEndings.has(ending)) return false;
  // "Thanks.So far": a sentence that lost its blank.
  if (/\.\p{Lu}/u.test(found.slice(0, host.length))) return false;
  return hasPath || hasWord(siteWords, talk());
}

/** Without the punctuation of the sentence, and without a bracket that the address did not open. */
function trimmed(found: string): string {
  let end = found.length;
  for (; end > 0; end--) {
    const last = found[end - 1]!;
    if (/[.,;:!?*_~…]/.test(last)) continue;
    if (last === ')' && opensLess(found.slice(0, end), '(', ')')) continue;
    if (last === ']' && opensLess(found.slice(0, end), '[', ']')) continue;
    break;
  }
  return found.slice(0, end);
}

function opensLess(text: string, open: string, close: string): boolean {
  return text.split(open).length < text.split(close).length;
}
