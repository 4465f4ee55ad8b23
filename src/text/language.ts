/**
 * Which language a text is in, by its n-grams (eld, 60 languages). Short texts are not asked: with a few letters every
 * detector guesses.
 */
type Detector = { detect: (text: string) => { language: string; isReliable: () => boolean } };

/** ISO 639-1 code, or undefined where the text is too short or the detector is not sure. */
export type LanguageOf = (text: string) => string | undefined;

const leastLetters = 40;
/** As much text as the detector needs; reading more costs time and changes nothing. */
const mostCharacters = 400;

/** Loads the detector's table once a process: 37 MB and a tenth of a second. */
export async function loadLanguageDetector(): Promise<LanguageOf> {
  const { eld } = (await import('eld/extrasmall')) as { eld: Detector };
  return (text) => {
    const sample = sampleOf(text);
    if (countLetters(sample) < leastLettersOf(sample)) return undefined;
    const result = eld.detect(sample);
    return result.language !== '' && result.isReliable() ? result.language : undefined;
  };
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
  const words = part.replace(
    /https?:\/\/\S{1,500}|\S{1,100}@\S{1,100}|\[[A-Z_0-9]{1,30}\]|`[^`]{0,300}`/g,
    ' ',
  );
  return words.slice(0, mostCharacters);
}
