/**
 * Mends mojibake: UTF-8 that some program on the way read as windows-1252 (or Latin-1) and wrote as UTF-8 again, once or
 * several times over ("cafÃ©", "donâ€™t", "ðŸ˜€"). The idea is ftfy's (R. Speer, 2019, doi:10.5281/zenodo.2591652): put
 * the characters back into the bytes they came from and see whether these are UTF-8.
 */

/** windows-1252's characters for the bytes 0x80 to 0x9f; a byte without one is read as the control character of its number. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const continuation = `[\\u0080-\\u00bf${windows1252.replace(/[\u0081-\u009f]/g, '')}]`;
/** What bytes of UTF-8 look like: a lead byte and as many continuations as it calls for. */
const sequence = new RegExp(
  `[\\u00c2-\\u00df]${continuation}|[\\u00e0-\\u00ef]${continuation}{2}|[\\u00f0-\\u00f4]${continuation}{3}`,
  'g',
);
/** Sequences that people do not write: Latin letters with accents (Ã©, Â°), punctuation and the euro (â€™, â‚¬), emoji (ðŸ˜€). */
const surelyDamaged = /^(?:[ÂÃ]|â€|â‚¬|â„¢|ðŸ|ï¿½|ï»¿)/;
const deepest = 3;

const byteOf = new Map<string, number>(
  [...windows1252].map((character, i): [string, number] => [character, 0x80 + i]),
);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text with mojibake mended, and unchanged where nothing looks damaged. Linear in the length. */
export function repairEncoding(text: string): string {
  let repaired = text;
  for (let round = 0; round < deepest; round++) {
    const next = repairOnce(repaired);
    if (next === repaired) break;
    repaired = next;
  }
  return repaired;
}

function repairOnce(text: string): string {
  if (!/[\u00c2-\u00f4]/.test(text)) return text;
  // Other lead bytes are letters that people write ("é—“" may be French): they count where a whole word is made of them.
  const isWhole = isDamagedThroughout(text);
  return text.replace(sequence, (found) => {
    if (!isWhole && !surelyDamaged.test(found)) return found;
    return decode(found) ?? found;
  });
}

/**
 * Whether all characters beyond ASCII are sequences, at least three of them and two side by side: Cyrillic or Chinese
 * read as windows-1252. One alone may be the last letter of a word and the mark after it ("Spaß—Gruß—Maß—").
 */
function isDamagedThroughout(text: string): boolean {
  let count = 0;
  let end = -1;
  let isBeside = false;
  const rest = text.replace(sequence, (found, at: number) => {
    if (decode(found) === undefined) return found;
    count += 1;
    isBeside ||= at === end;
    end = at + found.length;
    return '';
  });
  return count >= 3 && isBeside && !/[^\0-\x7f]/.test(rest);
}

function decode(characters: string): string | undefined {
  const bytes = Uint8Array.from(characters, (one) => byteOf.get(one) ?? one.charCodeAt(0));
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
