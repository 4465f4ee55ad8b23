/** Whether to fine-tune at all, by what the data stages left and, where one is named, by what a model answers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import { AttuneError } from '../base/errors.ts';
import { loadExamples, readExamples } from '../data/read-examples.ts';
import { splitNames } from '../data/split/assign.ts';
import { readPassages } from '../data/knowledge/passage.ts';
import { validateExamples, type ValidationItem } from '../data/validate/validate.ts';
import { advise, type Advice } from '../evaluate/advise/advise.ts';
import { measureBaselines } from '../evaluate/advise/untrained-baselines.ts';
import { changeOverTime } from '../evaluate/advise/change-over-time.ts';
import { countFacts, factsOf } from '../evaluate/advise/unseen-facts.ts';
import type { Context } from './context.ts';
import { folderIfFinished, folderOf } from './example-files.ts';

export type AdviseOptions = {
  baseUrl?: string;
  model?: string;
  apiKeyVariable?: string;
  turns: number;
  shots: number;
};

const longestReply = 256;

/**
 * Prints the advice for the project as it is split, or as it is curated where there is too little to split. Throws
 * AttuneError 'config' before that.
 */
export async function printAdvice(options: AdviseOptions, context: Context): Promise<void> {
  const { config } = await context.project();
  const split = await folderIfFinished(context, 'split');
  const curated = split === undefined ? await folderIfFinished(context, 'curate') : undefined;
  const folder = curated ?? (await folderOf(context, 'split'));
  const names = curated === undefined ? splitNames : (['examples'] as const);
  const collected = await folderOf(context, 'collect');
  const [train, test] = [
    await loadExamples(join(folder, `${names[0]}.jsonl`)),
    curated === undefined ? await loadExamples(join(folder, 'test.jsonl')) : [],
  ];
  const passages = join(collected, 'passages.jsonl');
  const known = existsSync(passages) ? await factsIn(passages) : undefined;
  const backend = await openModel(options);
  try {
    const baselines = await measureBaselines(train, test, {
      ...(backend && { backend }),
      turns: options.turns,
      shots: options.shots,
      maxTokens: longestReply,
      seed: config.seed,
      signal: context.io.signal,
      onDone: (done, total) =>
        context.report({ type: 'progress', label: 'advise', done, total, unit: 'turns' }),
    });
    const advice = advise({
      validation: await validateExamples(itemsOf(folder, names)),
      facts: countFacts(train, known && ((fact) => known.has(fact))),
      hasPassages: known !== undefined,
      change: changeOverTime(train, config.seed),
      baselines,
    });
    context.result({ ...advice, baselines }, formatAdvice(advice));
  } finally {
    await backend?.close();
  }
}

async function factsIn(path: string): Promise<Set<string>> {
  const facts = new Set<string>();
  for await (const { text } of readPassages(path)) for (const fact of factsOf(text)) facts.add(fact);
  return facts;
}

async function* itemsOf(folder: string, names: readonly string[]): AsyncGenerator<ValidationItem> {
  for (const name of names)
    for await (const example of readExamples(join(folder, `${name}.jsonl`))) yield { example };
}

async function openModel({ baseUrl, model, apiKeyVariable }: AdviseOptions): Promise<Backend | undefined> {
  if (baseUrl === undefined && model === undefined) return undefined;
  if (baseUrl === undefined || model === undefined)
    throw new AttuneError('config', 'a model is asked only where both --base-url and --model are given', {
      fix: 'For example: --base-url http://localhost:8080/v1 --model my-model',
    });
  const { openOpenAiBackend } = await import('../backend/openai.ts');
  return openOpenAiBackend({ baseUrl, model, ...(apiKeyVariable !== undefined && { apiKeyVariable }) });
}

function formatAdvice({ verdict, reason, findings }: Advice): string {
  const marks = { yes: 'yes    ', no: 'no     ', unknown: 'unknown' };
  const lines = findings.map(
    ({ question, answer, evidence, advice }) =>
      `${marks[answer]}  ${question}\n         ${evidence}\n         ${advice}\n`,
  );
  return `${verdict}: ${reason}\n\n${lines.join('\n')}`;
}
