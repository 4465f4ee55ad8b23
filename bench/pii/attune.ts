import { findPii } from '../../src/data/pii/find.ts';
import { maskRules } from '../../src/data/pii/masking.ts';
import { piiConfig } from '../../src/data/config/pii.ts';
import type { EvaluationFile } from './evaluation-file.ts';
import { attuneTypes, helpful } from './labels.ts';
import type { FoundSpan } from './score.ts';

/** Attune as it comes, with every type on. */
const config = piiConfig.parse({
  types: { url: 'placeholder', place: 'placeholder', organisation: 'placeholder' },
});

export type Timed = { finds: FoundSpan[][]; megabytesPerSecond: number };

export function attuneFinds(file: EvaluationFile): Timed {
  const { finder } = maskRules(config);
  const startedMs = performance.now();
  const finds = file.records.map(({ text, before }) => findPii(text, finder, before));
  const seconds = (performance.now() - startedMs) / 1000;
  const bytes = file.records.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return {
    finds: finds.map((spans) =>
      spans.flatMap(({ type, start, end }) => {
        const common = attuneTypes[type];
        return common === undefined
          ? []
          : [{ type: common, start, end, ...(helpful.has(type) && { isHelpful: true }) }];
      }),
    ),
    megabytesPerSecond: bytes / 1e6 / seconds,
  };
}
