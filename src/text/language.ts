/**
 * Which language a text is in, by its n-grams (eld, 60 languages). Short texts are not asked: with a few letters every
 * detector guesses.
 */
type Detector = { detect: (text: string) => { language: string; isReliable: () => boolean } };

/**
 * ISO 639-1 code, or undefined where the text is too short or the detector is not sure. With `likely`, the language of
 * what stands around the text, less is needed to tell that it is in the same.
 */
export type LanguageOf = (text: string, likely?: string) => string | undefined;

const leastLetters = 40;
/** As much text as the detector needs; reading more costs time and changes nothing. */
const mostCharacters = 400;

const noWords = /https?:\/\/\S{1,500}|\S{1,100}@\S{1,100}|\[[A-Z_0-9]{1,30}\]|`[^`]{0,300}`/g;

/** Loads the detector's table once a process: 37 MB and a tenth of a second. */
export async function loadLanguageDetector(): Promise<LanguageOf> {
  const { eld } = (await import('eld/extrasmall')) as { eld: Detector };
  return (text, likely) => {
    const sample = sampleOf(text);
    if (looksEnglish(sample, likely === 'en' ? amongEnglish : alone)) return 'en';
    if (countLetters(sample) < leastLettersOf(sample)) return undefined;
    const result = eld.detect(sample);
    return result.language !== '' && result.isReliable() ? result.language : undefined;
  };
}

/** Words without a meaning of their own, and those of politeness, that no other language has as often. */
const englishWords = new Set(
  'the and you your my to i for it that this have with are can what would will not from there please thanks thank when which where they but if need like or did does could should any been about just get how'.split(
    ' ',
  ),
);
/** In English every third word or more is one of them; a message among English ones may be a list of names. */
const alone = { share: 1 / 4, distinct: 4, words: 8 };
const amongEnglish = { share: 1 / 8, distinct: 2, words: 4 };

/** The common case told in a tenth of the time; what it does not know is left to the detector. */
function looksEnglish(text: string, least: typeof alone): boolean {
  const words = text.toLowerCase().match(/[\p{L}']+/gu) ?? [];
  if (words.length < least.words) return false;
  const found = words.filter((word) => englishWords.has(word));
  return found.length >= least.share * words.length && new Set(found).size >= least.distinct;
}

/** A Chinese or Japanese character says as much as a few letters do. */
function leastLettersOf(text: string): number {
  return /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text) ? leastLetters / 4 : leastLetters;
}

function countLetters(text: string): number {
  return text.replace(/\P{L}+/gu, '').length;
}

/** Without links, addresses, placeholders and code, which are in no language; from the middle when it is long. */
function sampleOf(text: string): string {
  const start = Math.max(0, (text.length >> 1) - mostCharacters);
  const part = text.length > 2 * mostCharacters ? text.slice(start, start + 2 * mostCharacters) : text;
  const words = /[@`[]|:\/\//.test(part) ? part.replace(noWords, ' ') : part;
  return words.slice(0, mostCharacters);
}

/** The language of a tag as BCP 47 and others write it: `pt-BR` and `pt_BR` are `pt`. */
export function baseLanguage(tag: string): string {
  return tag.split(/[-_]/, 1)[0]!.toLowerCase();
}
