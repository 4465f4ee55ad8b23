/**
 * Prints the finished variants of the demo side by side, as Markdown: what each reached on the one test split, with 95 %
 * intervals over conversations, and the paired difference from the first.
 *
 *   node recipes/customer-support/compare.ts attune.yaml attune.dpo.yaml attune.orpo.yaml
 */
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { describeFailure } from '../../src/cli/errors.ts';
import type { EvaluationResults } from '../../src/evaluate/results.ts';
import { comparePaired } from '../../src/evaluate/statistics/compare.ts';
import type { PairedItem } from '../../src/evaluate/statistics/compare.ts';
import type { Interval } from '../../src/evaluate/statistics/interval.ts';
import { loadProject } from '../../src/pipeline/load-project.ts';
import { planPipeline } from '../../src/pipeline/plan.ts';
import { stages } from '../../src/pipeline/stages/all-stages.ts';
import { artifactFolder, openStore } from '../../src/pipeline/store.ts';
import type { StageName } from '../../src/pipeline/stage.ts';

type Score = 'next_action_accuracy' | 'query_match';
type ReplyLine = {
  conversation: string;
  turn: number;
  free_typed: boolean;
  scores: Partial<Record<Score, { tuned: number }>>;
};
type Variant = {
  name: string;
  split: string;
  seconds: number;
  results: EvaluationResults;
  replies: ReplyLine[];
};

const settings = { resamples: 10_000, confidence: 0.95, seed: 7 };

async function readVariant(file: string): Promise<Variant> {
  const path = join(import.meta.dirname, file);
  const project = await loadProject(path);
  const store = openStore(project.folder);
  const plan = await planPipeline(project, store, stages);
  const planned = (stage: StageName): (typeof plan)[number] | undefined =>
    plan.find((one) => one.stage.name === stage);
  const evaluate = planned('evaluate')!;
  if (evaluate.manifest === undefined)
    throw new AttuneError('data', `${file} is not evaluated yet.`, {
      fix: `Run it first: npx attune -f ${relative('', path)} run`,
    });
  const folder = artifactFolder(store, evaluate.id);
  const lines = (await readFile(join(folder, 'replies.jsonl'), 'utf8')).trimEnd().split('\n');
  const trained = [planned('train'), planned('align')].map((one) => one?.manifest?.seconds ?? 0);
  return {
    name: basename(file),
    split: planned('split')!.id,
    seconds: trained.reduce((sum, seconds) => sum + seconds, 0),
    results: JSON.parse(await readFile(join(folder, 'evaluation_results.json'), 'utf8')) as EvaluationResults,
    replies: lines.map((line) => JSON.parse(line) as ReplyLine),
  };
}

const percent = (value: number): string => (100 * value).toFixed(1);
const points = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`;
const within = (interval: Interval | null | undefined, show: (value: number) => string): string =>
  interval ? ` (${show(interval[0])} to ${show(interval[1])})` : '';

/** On the turns that both answered; free-typed ones follow no macro and are left out. */
function difference(a: Variant, b: Variant, score: Score): string {
  const before = new Map(a.replies.map((line) => [`${line.turn} ${line.conversation}`, line]));
  const items = b.replies.flatMap((line): PairedItem[] => {
    const base = before.get(`${line.turn} ${line.conversation}`)?.scores[score]?.tuned;
    const tuned = line.scores[score]?.tuned;
    if (base === undefined || tuned === undefined || line.free_typed) return [];
    return [{ cluster: line.conversation, base, tuned, weight: 1 }];
  });
  const compared = comparePaired(items, 'mean', settings);
  return compared ? points(compared.difference.value) + within(compared.difference.interval, points) : '';
}

function rowsOf(variant: Variant, first: Variant): string[] {
  const { metrics, subsets } = variant.results;
  const tuned = (name: keyof typeof metrics, show: (value: number) => string): string => {
    const system = metrics[name]?.tuned;
    return system ? show(system.value) + within(system.interval, show) : '';
  };
  const part = (name: 'macro_replies' | 'queries'): string => {
    const system = subsets.find((one) => one.name === name)?.metrics.next_action_accuracy?.tuned;
    return system ? percent(system.value) : '';
  };
  return [
    variant.name,
    tuned('next_action_accuracy', percent),
    variant === first ? '' : difference(first, variant, 'next_action_accuracy'),
    part('macro_replies'),
    part('queries'),
    tuned('query_match', percent),
    tuned('perplexity', (value) => value.toFixed(2)),
    tuned('token_accuracy', percent),
    `${Math.round(variant.seconds)} s`,
  ];
}

async function compare(): Promise<void> {
  const files = process.argv.slice(2);
  const variants = await Promise.all(
    (files.length > 0 ? files : ['attune.yaml', 'attune.dpo.yaml', 'attune.orpo.yaml']).map(readVariant),
  );
  const [first] = variants;
  const other = variants.find(({ split }) => split !== first!.split);
  if (other)
    throw new AttuneError(
      'data',
      `${other.name} has another split than ${first!.name}: they cannot be compared.`,
      { fix: 'Name files whose data and split are the same.' },
    );
  const rows = [
    [
      '',
      'next action, %',
      'paired difference',
      'ready-made',
      'queries',
      'arguments right, %',
      'perplexity',
      'token accuracy, %',
      'train and align',
    ],
    ['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:'],
    ...variants.map((variant) => rowsOf(variant, first!)),
  ];
  console.log(rows.map((row) => `| ${row.join(' | ')} |`).join('\n'));
}

await compare().catch((error: unknown) => {
  const { exit, text } = describeFailure(error, (painted) => painted);
  process.stderr.write(text);
  process.exitCode = exit;
});
