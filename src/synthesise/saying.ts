/** Whether a text says a sentence, but for case, white space and marks; false for a sentence of less than two words. */
export function sayingOf(text: string, sentence: string): boolean {
  const words = plain(sentence);
  const isOneWord =
    !words.trim().includes(' ') && !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(words);
  return !isOneWord && plain(text).includes(words);
}

const plain = (text: string): string =>
  ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
