/**
 * The byte alphabet of byte-level BPE (GPT-2): every byte has a printable character, so that a vocabulary of byte
 * strings can be written as text. Printable Latin-1 bytes stand for themselves, the others for U+0100 and up.
 */
const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** The character of each byte, by byte. */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();

/** The 256 characters in code point order: the order in which they get their ids, as in Hugging Face tokenizers. */
export const byteAlphabet: readonly string[] = [...byteCharacters].sort();

const encoder = new TextEncoder();

/** The UTF-8 bytes of `text` in the byte alphabet. */
export function toByteCharacters(text: string): string {
  let result = '';
  for (const byte of encoder.encode(text)) result += byteCharacters[byte]!;
  return result;
}
