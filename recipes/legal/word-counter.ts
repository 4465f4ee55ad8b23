/**
 * Multinomial naive Bayes with add-0.1 smoothing over words, and over pairs of characters where no blanks separate words:
 * what can be known from the words of a text alone, learnt in milliseconds.
 */
export function wordCounter(examples: readonly { text: string; label: string }[]): (text: string) => string {
  const vocabulary = new Set(examples.flatMap(({ text }) => wordsOf(text)));
  const classes = [...Map.groupBy(examples, ({ label }) => label)].map(([label, members]) => {
    const counts = new Map<string, number>();
    const words = members.flatMap(({ text }) => wordsOf(text));
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const total = words.length + smoothing * vocabulary.size;
    return {
      label,
      prior: Math.log(members.length / examples.length),
      likelihood: (word: string) => Math.log(((counts.get(word) ?? 0) + smoothing) / total),
    };
  });
  return (text) => {
    const words = wordsOf(text).filter((word) => vocabulary.has(word));
    const scored = classes.map(({ label, prior, likelihood }) => ({
      label,
      score: words.reduce((sum, word) => sum + likelihood(word), prior),
    }));
    return scored.reduce((best, one) => (one.score > best.score ? one : best)).label;
  };
}

const smoothing = 0.1;

function wordsOf(text: string): string[] {
  return [...text.toLowerCase().matchAll(/\p{Script=Han}(?=(\p{Script=Han}))|[a-z]+/gu)].map(
    ([word, next = '']) => word + next,
  );
}
