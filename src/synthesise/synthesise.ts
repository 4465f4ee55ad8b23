/** The stage synthesise: asks a language model for examples, and keeps those that stand up to the checks of their kind. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeJson } from '../base/files.ts';
import { inOrder } from '../base/in-order.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import type { Asked, Asker, Question } from '../backend/structured/asker.ts';
import type { CollectConfig, CurateConfig } from '../data/config.ts';
import { contentKey } from '../data/content-key.ts';
import type { Example } from '../data/example.ts';
import { Ledger } from '../data/ledger.ts';
import { readExamples } from '../data/read-examples.ts';
import { withSystemPrompt } from '../data/system-prompt.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import { type KindName, kindNames, type SynthesiseConfig } from './config.ts';
import { kinds } from './kinds/all-kinds.ts';
import { gatherMaterial } from './material.ts';
import { openConfiguredAsker } from './open-asker.ts';
import type { AnyTask, Facts } from './task.ts';

export type SynthesiseContext = {
  config: SynthesiseConfig;
  /** Sections of the project file: how seeds are cleaned, and the system prompts of the examples. */
  curate: CurateConfig;
  collect: CollectConfig;
  /** examples.jsonl and passages.jsonl of collect; the latter need not be there. */
  examplesPath: string;
  passagesPath: string;
  outputFolder: string;
  /** Where answers are kept from run to run. */
  cacheFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

type Unanswered = Exclude<Asked<unknown>, { cause?: undefined }>;
type Counts = { requests: number; asked: number; examples: number; rejected: number };
type Progress = { ledger: Ledger; counts: Record<KindName, Counts>; notAsked: number; notAnswered: number };

/**
 * Writes examples.jsonl, ledger.jsonl and cost.json to the output folder and returns the counts. Examples stand in the
 * order of the plan, whatever the order of the answers. Where the spend limit is reached the rest is left out, and the
 * summary says so. Throws AttuneError 'data' when there is nothing to start from, 'backend' when the server gives up.
 */
export async function synthesise(context: SynthesiseContext): Promise<Record<string, Json>> {
  const { config, outputFolder, report } = context;
  const tasks = planOf(await gatherMaterial(context));
  const counts = Object.fromEntries(
    kindNames.map((name) => [name, { requests: 0, asked: 0, examples: 0, rejected: 0 }]),
  ) as Record<KindName, Counts>;
  for (const { kind } of tasks) counts[kind].requests += 1;
  const asker = await openConfiguredAsker(config.server, context);
  const ledger = new Ledger(join(outputFolder, 'ledger.jsonl'));
  const progress: Progress = { ledger, counts, notAsked: 0, notAnswered: 0 };
  try {
    const made: Example[] = [];
    let done = 0;
    for (const task of tasks) await asker.recall(questionOf(task, context));
    for await (const { task, asked } of askAll(tasks, asker, context)) {
      made.push(...readAnswer(task, asked, context, progress));
      done += 1;
      report({ type: 'progress', label: 'synthesise', done, total: tasks.length, unit: 'requests' });
    }
    const kept = await withoutDuplicates(made, context.examplesPath, progress);
    await writeJsonLines(join(outputFolder, 'examples.jsonl'), kept);
    ledger.close();
  } catch (cause) {
    ledger.abort();
    throw cause;
  }
  return finish(asker, tasks.length, progress, context);
}

function planOf(material: Parameters<(typeof kinds)[number]['plan']>[0]): AnyTask[] {
  return kinds.flatMap(({ plan }) => plan(material));
}

/** What the server is asked for a task, the same at every run. */
const questionOf = (task: AnyTask, { seed }: SynthesiseContext): Question<unknown> => ({
  ...task,
  name: task.kind,
  label: task.kind,
  seed: requestSeed(seed, task.id),
});

/** Answers in the order of the plan. Enough requests are kept ready for the server to have no pause. */
function askAll(
  tasks: readonly AnyTask[],
  asker: Asker,
  context: SynthesiseContext,
): AsyncGenerator<{ task: AnyTask; asked: Asked<unknown> }> {
  return inOrder(tasks, 4 * context.config.server.concurrency, async (task) => ({
    task,
    asked: await asker.ask(questionOf(task, context)),
  }));
}

/** A number below 2^31, which is what servers take, of its own for each request. */
function requestSeed(seed: number, id: string): number {
  return (
    createHash('sha256')
      .update(JSON.stringify([seed, id]))
      .digest()
      .readUInt32BE(0) >>> 1
  );
}

function readAnswer(
  task: AnyTask,
  asked: Asked<unknown>,
  context: SynthesiseContext,
  progress: Progress,
): Example[] {
  const { ledger } = progress;
  const counts = progress.counts[task.kind];
  const drop = (id: string, rule: string, reason: string, kind = reason): void =>
    ledger.add({ action: 'dropped', rule, reason, id, source }, kind);
  if (asked.cause !== undefined) {
    if (asked.cause === 'limit') progress.notAsked += 1;
    else if (asked.cause === 'failed') progress.notAnswered += 1;
    if (asked.cause !== 'limit') counts.asked += 1;
    drop(idOf(task), ruleOf(asked.cause), asked.reason, kindOf(asked));
    return [];
  }
  counts.asked += 1;
  return task.read(asked.value).flatMap((made, i): Example[] => {
    const id = `${idOf(task)}#${i + 1}`;
    if (made.messages === undefined) {
      counts.rejected += 1;
      drop(id, task.kind, made.reason, made.kind);
      return [];
    }
    const messages = withSystemPrompt(made.messages, made.facts.topic, context.collect);
    return [{ messages, meta: metaOf(id, task.kind, made.facts, context) }];
  });
}

const source = 'synthesise';
const idOf = ({ id }: AnyTask): string => `synthetic/${id}`;

/** What is counted apart in the ledger: the server and the limit are nothing that a kind does. */
function ruleOf(cause: Unanswered['cause']): string {
  return cause === 'limit' ? 'limit' : cause === 'failed' ? 'server' : 'answer';
}

function kindOf(asked: Unanswered): string {
  if (asked.cause === 'invalid') return 'the answer does not keep to the schema';
  return asked.cause === 'failed' ? asked.reason.split(':')[0]! : asked.reason;
}

function metaOf(id: string, kind: KindName, facts: Facts, { config }: SynthesiseContext): Example['meta'] {
  const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { id, source, synthetic: true, kind, generator: config.server.model, ...given };
}

/** Leaves out what says the same as a real example, or as a synthetic one before it. The near-duplicates are curate's. */
async function withoutDuplicates(
  made: readonly Example[],
  examplesPath: string,
  { ledger, counts }: Progress,
): Promise<Example[]> {
  const keys = made.map(({ messages }) => contentKey(messages));
  const first = new Map<string, string>();
  keys.forEach((key, i) => first.has(key) || first.set(key, made[i]!.meta.id));
  const real = new Map<string, string>();
  for await (const { messages, meta } of readExamples(examplesPath)) {
    const key = contentKey(messages);
    if (first.has(key) && !real.has(key)) real.set(key, meta.id);
  }
  return made.filter(({ meta }, i) => {
    const id = meta.id;
    const original = real.get(keys[i]!) ?? first.get(keys[i]!)!;
    const count = counts[meta['kind'] as KindName];
    if (original === id) {
      count.examples += 1;
      ledger.add({ action: 'kept', rule: 'synthesise', id, source });
      return true;
    }
    count.rejected += 1;
    const kind = real.has(keys[i]!) ? 'the same as a real example' : 'the same as another synthetic example';
    ledger.add({ action: 'dropped', rule: 'duplicate', reason: `the same as ${original}`, id, source }, kind);
    return false;
  });
}

async function finish(
  asker: Asker,
  requests: number,
  { ledger, counts, notAsked, notAnswered }: Progress,
  { config, outputFolder, report }: SynthesiseContext,
): Promise<Record<string, Json>> {
  const { total, by } = asker.spending();
  const { price, limit, model } = config.server;
  const stopped = asker.exhausted() === undefined ? null : `stopped at ${asker.exhausted()}`;
  const used = Object.fromEntries(Object.entries(counts).filter(([, count]) => count.requests > 0));
  await writeJson(join(outputFolder, 'cost.json'), {
    model,
    currency: price?.currency ?? null,
    price: price ?? null,
    limit,
    stopped,
    requests,
    not_asked: notAsked,
    total,
    by_kind: Object.fromEntries(
      Object.entries(by).map(([kind, cost]) => [kind, { ...cost, ...counts[kind as KindName] }]),
    ),
  });
  const rejected = Object.values(counts).reduce((sum, one) => sum + one.rejected, 0);
  if (stopped !== null)
    report({
      type: 'warning',
      message: `${stopped}: ${notAsked} of ${requests} requests were not sent. Raise synthesise.server.limit to make the rest; no answer is paid for twice.`,
    });
  if (notAnswered > 0)
    report({
      type: 'warning',
      message: `${notAnswered} of ${requests} requests got no answer (ledger.jsonl says why); attune run --force synthesise asks for these again.`,
    });
  if (ledger.kept === 0)
    report({ type: 'warning', message: 'no synthetic example came out; ledger.jsonl says why' });
  return {
    requests,
    not_asked: notAsked,
    not_answered: notAnswered,
    examples: ledger.kept,
    rejected,
    stopped,
    tokens: total.input_tokens + total.output_tokens,
    money: total.money,
    paid_now: total.new_money,
    kinds: used,
  };
}
