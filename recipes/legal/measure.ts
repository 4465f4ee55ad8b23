/**
 * Prints what the finished run reached on the test split, task by task, as Markdown: exact match of the base, of the answer
 * that is the most frequent in training, of a classifier that counts words, and of the tuned model, with 95 % intervals.
 *
 *   node recipes/legal/measure.ts
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { describeFailure } from '../../src/cli/errors.ts';
import { conversationOf, type Example } from '../../src/data/example.ts';
import { loadExamples } from '../../src/data/read-examples.ts';
import { exactMatch } from '../../src/evaluate/metrics/exact-match.ts';
import { comparePaired } from '../../src/evaluate/statistics/compare.ts';
import type { Interval } from '../../src/evaluate/statistics/interval.ts';
import { loadProject } from '../../src/pipeline/load-project.ts';
import { planPipeline } from '../../src/pipeline/plan.ts';
import type { StageName } from '../../src/pipeline/stage.ts';
import { stages } from '../../src/pipeline/stages/all-stages.ts';
import { artifactFolder, openStore } from '../../src/pipeline/store.ts';
import { wordCounter } from './word-counter.ts';

const settings = { resamples: 10_000, confidence: 0.95, seed: 7 };
const titles: Readonly<Record<string, string>> = {
  'en name': 'kind of a clause',
  'en law': 'governing law',
  'zh name': 'statute of a paragraph',
};

type System = 'base' | 'tuned' | 'frequent' | 'counted';
/** A test question's right answer, and what each system said; questions from one contract or article go together. */
type Asked = Record<System, string> & { gold: string; cluster: string };

async function readAsked(): Promise<Map<string, Asked[]>> {
  const file = join(import.meta.dirname, 'attune.yaml');
  const project = await loadProject(file);
  const store = openStore(project.folder);
  const plan = await planPipeline(project, store, stages);
  const folder = (name: StageName): string => {
    const planned = plan.find(({ stage }) => stage.name === name)!;
    if (planned.manifest === undefined)
      throw new AttuneError('data', `There is nothing to measure yet: ${name} is not made.`, {
        fix: `Run the recipe first: npx attune -f ${relative('', file)} run`,
      });
    return artifactFolder(store, planned.id);
  };
  const train = Map.groupBy(await loadExamples(join(folder('split'), 'train.jsonl')), taskOf);
  const test = new Map(
    (await loadExamples(join(folder('split'), 'test.jsonl'))).map((example) => [example.meta.id, example]),
  );
  const baselines = new Map(
    [...train].map(([task, examples]) => [
      task,
      {
        frequent: mostFrequent(examples.map(answerOf)),
        count: wordCounter(examples.map((one) => ({ text: questionOf(one), label: answerOf(one) }))),
      },
    ]),
  );
  const lines = (await readFile(join(folder('evaluate'), 'replies.jsonl'), 'utf8')).trimEnd().split('\n');
  const asked = lines.map((line) => {
    const { conversation, base, tuned } = JSON.parse(line) as {
      conversation: string;
      base: { text: string };
      tuned: { text: string };
    };
    const example = test.get(conversation)!;
    const { frequent, count } = baselines.get(taskOf(example))!;
    return {
      task: taskOf(example),
      cluster: conversationOf(example.meta),
      gold: answerOf(example),
      base: base.text,
      tuned: tuned.text,
      frequent,
      counted: count(questionOf(example)),
    };
  });
  return Map.groupBy(asked, ({ task }) => task);
}

const taskOf = ({ meta }: Example): string => `${meta.language} ${String(meta['task'])}`;
const questionOf = ({ messages }: Example): string => messages.at(-2)!.content;
const answerOf = ({ messages }: Example): string => messages.at(-1)!.content;

function mostFrequent(answers: readonly string[]): string {
  const counts = [...Map.groupBy(answers, (answer) => answer)].map(([answer, all]) => ({
    answer,
    count: all.length,
  }));
  return counts.toSorted((a, b) => b.count - a.count || (a.answer < b.answer ? -1 : 1))[0]!.answer;
}

/** The mean of F1 over the answers that are right somewhere. */
function macroF1(asked: readonly Asked[], system: System): number {
  const labels = [...new Set(asked.map(({ gold }) => gold))];
  const scores = labels.map((label) => {
    const said = asked.filter((one) => exactMatch(one[system], label) === 1);
    const due = asked.filter(({ gold }) => gold === label);
    const right = said.filter(({ gold }) => gold === label).length;
    return (2 * right) / (said.length + due.length);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

const percent = (value: number): string => (100 * value).toFixed(1);
const points = (value: number): string => `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`;
const within = (interval: Interval | null, show: (value: number) => string): string =>
  interval ? ` (${show(interval[0])} to ${show(interval[1])})` : '';

function row(title: string, asked: readonly Asked[]): string[] {
  const against = (system: System): ReturnType<typeof comparePaired> =>
    comparePaired(
      asked.map((one) => ({
        cluster: one.cluster,
        base: exactMatch(one[system], one.gold),
        tuned: exactMatch(one.tuned, one.gold),
        weight: 1,
      })),
      'rate',
      settings,
    );
  const { difference } = against('frequent')!;
  const { tuned, base } = against('base')!;
  return [
    title,
    String(asked.length),
    percent(base.value),
    percent(against('frequent')!.base.value),
    percent(tuned.value) + within(tuned.interval, percent),
    points(difference.value) + within(difference.interval, points),
    percent(macroF1(asked, 'tuned')),
    percent(against('counted')!.base.value),
  ];
}

async function measure(): Promise<void> {
  const byTask = await readAsked();
  const rows = [
    ['', 'asked', 'base', 'most frequent', 'tuned', 'tuned − most frequent', 'macro F1', 'word counts'],
    ['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:'],
    ...Object.entries(titles).map(([task, title]) => row(title, byTask.get(task) ?? [])),
    row('all', [...byTask.values()].flat()),
  ];
  console.log(rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'));
}

await measure().catch((error: unknown) => {
  const { exit, text } = describeFailure(error, (painted) => painted);
  process.stderr.write(text);
  process.exitCode = exit;
});
