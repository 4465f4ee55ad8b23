/** ROUGE-L (Lin 2004), sentence level, with the numbers of Google's rouge-score package (no stemming). */

export type RougeScore = { precision: number; recall: number; f1: number };

/**
 * Words of a text: lower-cased runs of letters and digits. On ASCII text exactly rouge-score's tokens; letters of
 * other alphabets are kept (rouge-score drops them), and scripts written without spaces count one sign as one word.
 */
export function rougeTokens(text: string): string[] {
  return text.toLowerCase().match(words) ?? [];
}

const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const words = new RegExp(String.raw`[${unspaced}]|[[\p{L}\p{N}\p{M}]--[${unspaced}]]+`, 'gv');

/** ROUGE-L of a generated text: longest common subsequence over the lengths; all zero when either has no word. */
export function rougeL(prediction: string, reference: string): RougeScore {
  const predicted = rougeTokens(prediction);
  const expected = rougeTokens(reference);
  const common = longestCommonSubsequence(predicted, expected);
  if (common === 0) return { precision: 0, recall: 0, f1: 0 };
  const precision = common / predicted.length;
  const recall = common / expected.length;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

/** Length of the longest common subsequence; O(a·b) time, O(b) memory. */
export function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const lengths = new Uint32Array(b.length + 1);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 0; j < b.length; j++) {
      const above = lengths[j + 1]!;
      lengths[j + 1] = word === b[j] ? diagonal + 1 : Math.max(above, lengths[j]!);
      diagonal = above;
    }
  }
  return lengths[b.length]!;
}
