import { resolve } from 'node:path';
import type { PiiConfig } from '../config/pii.ts';
import type { Example } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import { openTokenClassifier } from '../pii/classifier/token-classifier.ts';
import { maskRules } from '../pii/mask-rules.ts';
import { type PiiSpan, type PiiType, piiTypes, type Recogniser } from '../pii/recogniser.ts';
import { mapTexts } from '../pii/example-texts.ts';
import type { ConcludeTools, CorpusRule } from '../rule.ts';
import { maskVerdict } from './pii.ts';

/** Of the records in which the model found something: the number of the text, in reading order, and its spans. */
type Plan = Map<number, [text: number, spans: PiiSpan[]][]>;

/** Records whose texts go to the model together. */
const batchRecords = 64;
const progressEvery = 1024;

/**
 * Masking with a token classifier beside the built-in recognisers. The model is asynchronous and too large for every
 * worker, so it goes through all texts once (conclude), and what it found is looked up where the masking is done.
 */
export function piiWithModel(
  config: PiiConfig,
  { projectFolder, products = [] }: { projectFolder: string; products?: readonly string[] },
): CorpusRule<null, Plan> {
  let spansOf = new Map<string, PiiSpan[]>();
  const lookup: Recogniser = {
    types: Object.keys(piiTypes) as PiiType[],
    find: (text) => spansOf.get(text) ?? [],
  };
  const rules = maskRules(config, { more: [lookup], products });
  return {
    name: 'pii',
    observe: () => null,
    conclude: (facts, tools) => findInAll(config.model!, facts.count, { ...tools, projectFolder }),
    slice: (plan, first, end) => new Map([...plan].filter(([index]) => index >= first && index < end)),
    apply: (example, index, plan): Verdict => {
      const found = plan.get(index) ?? [];
      const texts = found.length > 0 ? textsOf(example) : [];
      spansOf = new Map(found.map(([text, spans]) => [texts[text]!, spans]));
      return maskVerdict(example, rules);
    },
  };
}

type PiiModel = NonNullable<PiiConfig['model']>;
type FindTools = Pick<ConcludeTools, 'readExamples' | 'report' | 'signal'> & { projectFolder: string };

/** Runs the model over the texts of all `count` records, a batch at a time. */
async function findInAll(
  model: PiiModel,
  count: number,
  { readExamples, report, signal, projectFolder }: FindTools,
): Promise<Plan> {
  const classifier = await openTokenClassifier({
    path: resolve(projectFolder, model.path),
    labels: typesOf(model.labels),
    leastScore: model.least_score,
  });
  const plan: Plan = new Map();
  const find = async (batch: readonly IndexedExample[]): Promise<void> => {
    const texts = batch.map(({ example }) => textsOf(example));
    const spans = await classifier.find(texts.flat(), signal);
    let at = 0;
    batch.forEach(({ index }, i) => {
      const found = spans.slice(at, (at += texts[i]!.length));
      const some = found.flatMap((one, text): [number, PiiSpan[]][] => (one.length > 0 ? [[text, one]] : []));
      if (some.length > 0) plan.set(index, some);
    });
  };
  try {
    let batch: IndexedExample[] = [];
    for await (const record of readExamples()) {
      batch.push(record);
      if (batch.length < batchRecords) continue;
      await find(batch);
      batch = [];
      const done = record.index + 1;
      if (done % progressEvery === 0)
        report({ type: 'progress', label: 'pii model', done, total: count, unit: 'examples' });
    }
    await find(batch);
  } finally {
    await classifier.close();
  }
  return plan;
}

type IndexedExample = { index: number; example: Example };

/** Our types in capitals, as recognisers name them. */
function typesOf(labels: PiiModel['labels']): Record<string, PiiType | 'none'> {
  return Object.fromEntries(
    Object.entries(labels).map(([label, type]) => [
      label,
      type === 'none' ? type : (type.toUpperCase() as PiiType),
    ]),
  );
}

function textsOf(example: Example): string[] {
  const texts: string[] = [];
  mapTexts(example, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}
