/**
 * Prints what a sequence length and a next-action score have to be read against: the sizes of the dialogues, how many
 * ready-made replies the templates recognise, and what the most frequent action alone would score.
 *
 *   node recipes/customer-support/measure.ts
 */
import { join } from 'node:path';
import type { Example, Message } from '../../src/data/example.ts';
import { actionBaseline, type Score, templateCoverage } from '../../src/evaluate/action-baseline.ts';
import { loadTemplates, matchAction } from '../../src/evaluate/action-templates.ts';
import { examples } from './star.ts';

const templates = await loadTemplates(join(import.meta.dirname, 'templates.json'));

type Turn = { topic: string | undefined; gold: string; typed: boolean; text: string };

const agentTurns = ({ messages, meta }: Example): Turn[] =>
  messages
    .filter(({ role }) => role === 'assistant')
    .map((message) => ({
      topic: meta.topic,
      gold: String(message.meta?.['action']),
      typed: message.meta?.['typed'] === true,
      text: message.content,
    }));

const characters = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, { content, toolCalls = [] }) =>
      sum + [content, ...toolCalls.map((call) => JSON.stringify(call))].join('').length,
    0,
  );

function describe(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const quantiles = [0.5, 0.9, 0.95, 0.99].map((q) => `p${q * 100} ${sorted[Math.floor(q * sorted.length)]}`);
  return `${name}: mean ${mean.toFixed(0)}, ${quantiles.join(', ')}, max ${sorted.at(-1)}`;
}

const percent = ({ right, count }: Pick<Score, 'right' | 'count'>): string =>
  `${((100 * right) / count).toFixed(1)}%`;

function report(title: string, chosen: readonly Example[]): void {
  const turns = chosen.flatMap(agentTurns);
  const replies = turns.filter(({ typed, gold }) => !typed && gold !== 'query');
  const typed = turns.filter((turn) => turn.typed);
  const labelsOf = ({ text, topic }: Turn): string[] => matchAction(text, templates, topic);
  const share = (wanted: (labels: string[]) => boolean, of: readonly Turn[]): string =>
    percent({ right: of.filter((turn) => wanted(labelsOf(turn))).length, count: of.length });
  const { global, perTopic } = actionBaseline(turns, turns);
  const lines = [
    `${title}: ${chosen.length} dialogues, ${turns.length} agent turns`,
    describe(
      'characters of a dialogue',
      chosen.map(({ messages }) => characters(messages)),
    ),
    describe(
      'without tool answers',
      chosen.map(({ messages }) => characters(messages.filter(({ role }) => role !== 'tool'))),
    ),
    describe(
      'messages',
      chosen.map(({ messages }) => messages.length),
    ),
    `${replies.length} ready-made replies, ${turns.length - replies.length - typed.length} queries, ${typed.length} free-typed replies`,
    `text of a ready-made reply maps to its label: ${percent(templateCoverage(turns, templates))}` +
      ` (to more than one: ${share((labels) => labels.length > 1, replies)})`,
    `free-typed replies worded like a ready-made one: ${share((labels) => labels.length > 0, typed)}`,
    `most frequent action (${global.action}): ${percent(global.overall)}; per topic: ${percent(perTopic.overall)}`,
    `most frequent reply (${global.reply}): ${percent(global.replies)}; per topic: ${percent(perTopic.replies)}`,
  ];
  console.log(`${lines.join('\n  ')}\n`);
}

function tableByTopic(chosen: readonly Example[]): void {
  console.log(
    'task | dialogues | ready-made | queries | free-typed | characters p50 | most frequent action | coverage',
  );
  for (const [topic, group] of [...Map.groupBy(chosen, ({ meta }) => meta.topic ?? '')].sort()) {
    const turns = group.flatMap(agentTurns);
    const count = (wanted: (turn: Turn) => boolean): number => turns.filter(wanted).length;
    const sizes = group.map(({ messages }) => characters(messages)).sort((a, b) => a - b);
    const cells = [
      topic,
      group.length,
      count(({ typed, gold }) => !typed && gold !== 'query'),
      count(({ gold }) => gold === 'query'),
      count(({ typed }) => typed),
      sizes[Math.floor(sizes.length / 2)],
      percent(actionBaseline(turns, turns).perTopic.overall),
      percent(templateCoverage(turns, templates)),
    ];
    console.log(cells.join(' | '));
  }
}

const all: Example[] = [];
for await (const example of examples()) all.push(example);
const happy = all.filter(({ meta }) => meta['happy'] === true && meta['multi_task'] === false);
report('Everything', all);
report('Happy single-task', happy);
tableByTopic(happy);
