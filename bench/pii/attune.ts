import { findPii } from '../../src/data/pii/find-pii.ts';
import { maskRules } from '../../src/data/pii/mask-rules.ts';
import { piiConfig } from '../../src/data/config/pii.ts';
import type { EvaluationFile } from './evaluation-file.ts';
import { attuneTypes, helpful } from './labels.ts';
import type { FoundSpan } from './score.ts';

/** Attune as it comes, with every type on. */
const config = piiConfig.parse({
  types: { url: 'placeholder', place: 'placeholder', organisation: 'placeholder' },
});

export function attuneFinds(file: EvaluationFile): FoundSpan[][] {
  const { finder } = maskRules(config);
  return file.records.map(({ text, before }) =>
    findPii(text, finder, before).flatMap(({ type, start, end }) => {
      const common = attuneTypes[type];
      return common === undefined
        ? []
        : [{ type: common, start, end, ...(helpful.has(type) && { isHelpful: true }) }];
    }),
  );
}
