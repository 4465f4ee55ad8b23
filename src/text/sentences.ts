/** Where sentences end: by punctuation, in languages with and without spaces. */

/** Words before a full stop that ends no sentence, in the languages that support is written in most. */
const abbreviations = new Set(
  (
    'mr mrs ms dr prof sr jr st no nos vs etc inc ltd co corp dept ext tel fig sec art approx est min max incl excl ' +
    'e.g i.e a.m p.m u.s u.k z.b d.h u.a bzw ca evtl ggf inkl nr str usw vgl abs hr fr mme mlle m p.ej ej ud uds sra srta av núm pág'
  ).split(' '),
);

const end = /[.!?…]["'’”»)\]]{0,4}(?=\s)|[。！？…]["'’”»」』）)】]{0,4}|[;；](?=\n)/g;
/** What a sentence may begin with: after an abbreviation or an initial, a small letter or digit says that it goes on. */
const small = /[\p{Ll}\d,;:)]/u;

/**
 * Sentences of a text; joined they are the text. Line breaks end a sentence only after a semicolon, as lists in
 * statutes do; a text without an end mark is one sentence. Linear in the length of the text.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(end)) {
    const after = skipSpace(text, match.index + match[0].length);
    if (after >= text.length) break;
    if (match[0].startsWith('.') && !isEnd(text, match.index, after)) continue;
    sentences.push(text.slice(start, after));
    start = after;
  }
  if (start < text.length) sentences.push(text.slice(start));
  return sentences;
}

/** Whether the full stop at `dot` ends a sentence when what follows begins at `after`. */
function isEnd(text: string, dot: number, after: number): boolean {
  if (small.test(text.charAt(after))) return false;
  const word = wordBefore(text, dot);
  // "J. Smith", "1. Enter your address": an initial or the number of an item.
  if (/^(?:\p{Lu}|\d{1,3})$/u.test(word)) return false;
  return !abbreviations.has(word.toLowerCase());
}

const longestWord = 12;

function wordBefore(text: string, dot: number): string {
  let start = dot;
  while (start > 0 && dot - start <= longestWord && /[\p{L}\d.]/u.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start, dot);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}
