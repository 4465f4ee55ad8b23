import type { BlockBuilder } from './block-builder.ts';

/** Questions in microdata: https://schema.org/Question with its name, as a heading over what is in it besides. */
export function questionMarkup(builder: BlockBuilder): {
  open: (name: string, attributes: Readonly<Record<string, string>>, depth: number) => void;
  close: (depth: number) => void;
} {
  const questions: number[] = [];
  let nameFrom = 0;
  return {
    open: (name, attributes, depth) => {
      if ((attributes['itemtype'] ?? '').endsWith('schema.org/Question')) {
        questions.push(depth);
        builder.openDetails();
      } else if (questions.length > 0 && nameFrom === 0 && attributes['itemprop'] === 'name') {
        if (name === 'meta' || /^h[1-6]$/.test(name)) return;
        nameFrom = depth;
        builder.openSummary();
      }
    },
    close: (depth) => {
      if (nameFrom === depth) {
        nameFrom = 0;
        builder.closeSummary();
      }
      if (questions.at(-1) !== depth) return;
      questions.pop();
      builder.closeDetails();
    },
  };
}
