/**
 * The main job from end to end on the customer-support recipe: run the pipeline, serve the registered version, ask it
 * three held-out questions over HTTP and show what base and tuned model answer.
 *
 *   npm run demo [-- --json]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import type { Backend, Reply } from '../src/backend/backend.ts';
import { openLlamaBackend } from '../src/backend/llama.ts';
import { openOpenAiBackend } from '../src/backend/openai.ts';
import { describeFailure } from '../src/cli/errors.ts';
import { humanProgress, jsonProgress } from '../src/cli/progress.ts';
import type { EvaluationResults, SideBySide } from '../src/evaluate/results.ts';
import { startGateway } from '../src/gateway/server.ts';
import { loadProject } from '../src/pipeline/load-project.ts';
import { runPipeline } from '../src/pipeline/run.ts';
import type { RunResult } from '../src/pipeline/run.ts';
import type { StageName } from '../src/pipeline/stage.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { openStore } from '../src/pipeline/store.ts';
import { baseFiles, tunedFiles } from '../src/registry/served-files.ts';
import { openVersion } from '../src/registry/version.ts';

const questions = 3;
const shownMessages = 5;
const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, file: { type: 'string' } },
});
const projectFile =
  options.file ?? fileURLToPath(new URL('../recipes/customer-support/attune.yaml', import.meta.url));
const print = (text: string): boolean => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
const bold = (text: string): string => styleText('bold', text);

const stop = new AbortController();
process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : stop.abort()));

try {
  await demo();
} catch (error) {
  const failure = describeFailure(error, (text) => text);
  process.stderr.write(failure.text);
  process.exitCode = failure.exit;
}

async function demo(): Promise<void> {
  const started = performance.now();
  const project = await loadProject(projectFile);
  const view = options.json
    ? jsonProgress((text) => process.stdout.write(text))
    : humanProgress({
        write: (text) => process.stderr.write(text),
        now: () => performance.now(),
        paint: (_style, text) => text,
        interactive: process.stderr.isTTY === true,
        columns: process.stderr.columns ?? 80,
      });
  const run = await runPipeline(project, stages, {
    command: 'npm run demo',
    report: view.report,
    signal: stop.signal,
  });
  view.clear();

  const folder = (stage: StageName): string => run.stages.find((result) => result.stage === stage)!.folder;
  const results = JSON.parse(
    await readFile(join(folder('evaluate'), 'evaluation_results.json'), 'utf8'),
  ) as EvaluationResults;
  const { version: reference } = summaryOf(run, 'register') as { version: string };
  const version = await openVersion(openStore(project.folder).registry, reference);
  await askOverHttp(version.folder, results.side_by_side);
  printNumbers(results, join(folder('evaluate'), 'report.html'), reference);

  const seconds = (performance.now() - started) / 1000;
  print(`\nDone in ${seconds.toFixed(0)} s. Your own conversations next: npx attune init my-project`);
  if (options.json) process.stdout.write(`${JSON.stringify(jsonResult(run, results, reference, seconds))}\n`);
}

/** Serves both models and asks them held-out questions as any OpenAI client would. */
async function askOverHttp(folder: string, heldOut: readonly SideBySide[]): Promise<void> {
  const models = new Map<string, Backend>([
    ['base', await openLlamaBackend({ ...baseFiles(folder), parallel: 1 })],
    ['tuned', await openLlamaBackend({ ...(await tunedFiles(folder)), parallel: 1 })],
  ]);
  const gateway = await startGateway({ models, port: 0 });
  try {
    print(`\n${bold(`Serving at ${gateway.url}/v1`)}: three questions from conversations it has never seen`);
    for (const question of chooseQuestions(heldOut)) {
      print(`\n${describeContext(question)}`);
      print(`  ${bold('base ')}  ${describeReply(await ask(gateway.url, 'base', question))}`);
      print(`  ${bold('tuned')}  ${describeReply(await ask(gateway.url, 'tuned', question))}`);
      print(`  agent  ${question.gold.text}`);
    }
  } finally {
    await gateway.close();
    for (const backend of models.values()) await backend.close();
  }
}

/** The shortest in which the customer spoke last, each from another topic. */
function chooseQuestions(heldOut: readonly SideBySide[]): SideBySide[] {
  const asked = heldOut.filter(({ context }) => context.at(-1)?.role === 'user');
  const shortestFirst = asked.toSorted((a, b) => a.context.length - b.context.length);
  const seen = new Set<string | null>();
  return shortestFirst.filter(({ topic }) => !seen.has(topic) && seen.add(topic)).slice(0, questions);
}

/** The end of the conversation before the answer. */
function describeContext({ context }: SideBySide): string {
  const spoken = context.filter(({ role }) => role !== 'system');
  const shown = spoken.slice(-shownMessages).map(describeMessage);
  return [...(spoken.length > shownMessages ? ['  …'] : []), ...shown].join('\n');
}

async function ask(url: string, model: string, { context }: SideBySide): Promise<Reply> {
  const client = await openOpenAiBackend({ baseUrl: `${url}/v1`, model });
  const messages = context.map(({ role, content, tool_calls: toolCalls, name }) => ({
    role,
    content,
    ...(toolCalls && { toolCalls }),
    ...(name && { name }),
  }));
  const generation = client.generate({ messages, maxTokens: 96, temperature: 0, signal: stop.signal });
  let next = await generation.next();
  while (!next.done) next = await generation.next();
  return next.value;
}

function describeMessage({
  role,
  content,
  tool_calls: toolCalls = [],
}: SideBySide['context'][number]): string {
  const calls = toolCalls.map((call) => `${call.name}(${JSON.stringify(call.arguments)})`);
  return `  ${role.padEnd(9)} ${[content, ...calls].filter(Boolean).join(' ').slice(0, 160)}`;
}

function describeReply({ content, toolCalls }: Reply): string {
  const calls = toolCalls.map((call) => `${call.name}(${JSON.stringify(call.arguments)})`);
  return [content.replaceAll('\n', ' '), ...calls].filter(Boolean).join(' ').slice(0, 160) || '(nothing)';
}

function printNumbers(results: EvaluationResults, report: string, version: string): void {
  const row = (name: string, values: (string | undefined)[]): string =>
    `  ${name.padEnd(22)}${values.map((value) => (value ?? '–').padStart(10)).join('')}`;
  const percent = (value: number | null | undefined): string | undefined =>
    value === null || value === undefined ? undefined : `${(100 * value).toFixed(1)} %`;
  print(`\n${bold(row('on the test split', ['base', 'tuned']))}`);
  print(row('perplexity', [results.base.perplexity?.toFixed(2), results.tuned.perplexity?.toFixed(2)]));
  for (const metric of ['token_accuracy', 'next_action_accuracy', 'rouge_l', 'exact_match'] as const)
    print(row(metric.replaceAll('_', ' '), [percent(results.base[metric]), percent(results.tuned[metric])]));
  const { most_frequent_action: frequent, most_frequent_action_per_topic: perTopic } = results.baselines;
  print(
    row('most frequent action', [percent(frequent?.accuracy)]) +
      '   per topic ' +
      (percent(perTopic?.accuracy) ?? '–'),
  );
  print(`\nRegistered as ${bold(version)}. The report, with intervals and answers side by side: ${report}`);
}

function summaryOf(run: RunResult, stage: StageName): Record<string, unknown> {
  return run.stages.find((result) => result.stage === stage)!.summary;
}

function jsonResult(run: RunResult, results: EvaluationResults, version: string, seconds: number): object {
  const { in: read } = summaryOf(run, 'collect');
  const { kept } = summaryOf(run, 'curate');
  const { train, validation, test } = summaryOf(run, 'split');
  return {
    base: results.base,
    tuned: results.tuned,
    difference: results.difference,
    baselines: results.baselines,
    examples: { in: read, kept, train, validation, test },
    parity: { max_logprob_difference: summaryOf(run, 'export')['max_logprob_difference'] },
    version,
    seconds,
    // The whole life of this process, all threads and native libraries included.
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
  };
}
