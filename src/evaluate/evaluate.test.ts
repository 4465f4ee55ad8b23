import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Backend, GenerateRequest, Reply } from '../backend/backend.ts';
import { AttuneError } from '../base/errors.ts';
import { silent } from '../base/progress.ts';
import type { Example, Message, ToolCall } from '../data/example.ts';
import type { Scorer } from '../model/scorer.ts';
import { evaluateConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import type { EvaluateJob } from './evaluate-job.ts';
import { metricNames } from './metrics/metric.ts';
import type { EvaluationResults } from './results.ts';

type Answerer = (request: GenerateRequest) => Partial<Reply>;

/** A backend that answers from a function and counts how often it was asked. */
function fakeBackend(name: string, answer: Answerer): Backend & { asked: () => number } {
  let asked = 0;
  return {
    name,
    asked: () => asked,
    // oxlint-disable-next-line require-await
    async *generate(request) {
      asked++;
      const reply = { content: '', toolCalls: [], promptTokens: 9, completionTokens: 5, ...answer(request) };
      yield reply.content;
      return { finishReason: 'stop' as const, ...reply };
    },
    close: async () => {},
  };
}

/** Gives every supervised token the same log-probability. */
function fakeScorer(logProbability: number): Scorer {
  return {
    score: async (examples) =>
      examples.map(({ id, supervised }) => {
        const count = supervised.filter((flag) => flag === 1).length;
        const half = Uint8Array.from({ length: count }, (_, i) => i % 2);
        return { id, logProbabilities: new Float32Array(count).fill(logProbability), correct: half };
      }),
    close: async () => {},
  };
}

const call: ToolCall = { name: 'search', arguments: { city: 'Rome' } };
const user = (content: string): Message => ({ role: 'user', content });

/** Hotel and bank conversations of three agent turns: a macro, a query, a free-typed reply. */
function conversation(i: number): Example {
  const topic = i % 2 === 0 ? 'hotel' : 'bank';
  return {
    meta: { id: `${topic}-${i}`, source: 'test', topic },
    messages: [
      { role: 'system', content: 'Help.' },
      user('Hello'),
      { role: 'assistant', content: 'Hello, how can I help?', meta: { action: 'hello' } },
      user(`I want to go to Rome, number ${i} <script>alert(1)</script>`),
      { role: 'assistant', content: '', toolCalls: [call], meta: { action: 'query' } },
      { role: 'tool', name: 'search', content: '{"name":"Grand"}' },
      { role: 'assistant', content: 'Hm, let me see', meta: { typed: true } },
    ],
  };
}

const templates = {
  hotel: { hello: ['Hello, how can I help?'] },
  bank: { hello: ['Hello, how can I help?'] },
  '*': { bye: ['Goodbye.'] },
};

const poor: Answerer = () => ({ content: 'Goodbye.' });
const good: Answerer = ({ messages }) => {
  if (messages.at(-1)?.content === 'Hello') return { content: 'hello how can I help' };
  return messages.at(-1)?.role === 'user'
    ? { toolCalls: [call], finishReason: 'tool_calls' }
    : { content: 'Let me see' };
};

type Setup = {
  job: EvaluateJob;
  base: ReturnType<typeof fakeBackend>;
  tuned: ReturnType<typeof fakeBackend>;
  folder: string;
};

async function setUp(
  context: TestContext,
  {
    examples = Array.from({ length: 40 }, (_, i) => conversation(i)),
    config = {},
    tunedAnswers = good,
  } = {} as {
    examples?: Example[];
    config?: Record<string, unknown>;
    tunedAnswers?: Answerer;
  },
): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-evaluate-'));
  context.after(() => rm(folder, { recursive: true }));
  const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
  await writeFile(join(folder, 'test.jsonl'), lines);
  await writeFile(join(folder, 'train.jsonl'), lines);
  await writeFile(join(folder, 'actions.json'), JSON.stringify(templates));
  const base = fakeBackend('fake base', poor);
  const tuned = fakeBackend('fake tuned', tunedAnswers);
  const job: EvaluateJob = {
    testFile: join(folder, 'test.jsonl'),
    trainFile: join(folder, 'train.jsonl'),
    base: { backend: base, scorer: fakeScorer(-3) },
    tuned: { backend: tuned, scorer: fakeScorer(-1) },
    config: evaluateConfig.parse({ actions: 'actions.json', bootstrap: { resamples: 2000 }, ...config }),
    projectFolder: folder,
    workFolder: join(folder, 'work'),
    outputFolder: join(folder, 'out'),
    seed: 7,
    encode: ({ meta, messages }) => ({
      id: meta.id,
      tokens: new Int32Array(4 * messages.length),
      supervised: Uint8Array.from({ length: 4 * messages.length }, (_, i) =>
        Number(messages[Math.floor(i / 4)]!.role === 'assistant'),
      ),
    }),
    title: 'Fake <shop>',
    report: silent,
    signal: new AbortController().signal,
  };
  return { job, base, tuned, folder };
}

const isError = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof AttuneError && error.code === code && message.test(error.message);

test('base and tuned are measured side by side, by kind of turn and topic, against the baselines', async (context) => {
  const { job, base, tuned } = await setUp(context);
  const results = await evaluate(job);
  assert.equal(base.asked(), 120);
  assert.equal(tuned.asked(), 120);

  assert.ok(Math.abs(results.base.perplexity! - Math.exp(3)) < 1e-6);
  assert.ok(Math.abs(results.tuned.perplexity! - Math.exp(1)) < 1e-6);
  assert.equal(results.base.token_accuracy, 0.5);
  // Macro and query right, the typed turn left out: all of it for the tuned model, nothing for "Goodbye.".
  assert.equal(results.base.next_action_accuracy, 0);
  assert.equal(results.tuned.next_action_accuracy, 1);
  assert.deepEqual(results.difference.next_action_accuracy, { value: 1, interval: [1, 1] });
  assert.equal(results.tuned.query_match, 1);
  // "Let me see" of "Hm, let me see": LCS 3, precision 1, recall 3/4.
  assert.ok(Math.abs(results.tuned.rouge_l! - (1 + 6 / 7) / 2) < 1e-12);
  assert.equal(results.tuned.exact_match, 0.5);
  assert.deepEqual(results.skipped, {});

  const subsets = Object.fromEntries(results.subsets.map((subset) => [subset.name, subset]));
  assert.equal(subsets['free_typed_replies']?.metrics.next_action_accuracy?.tuned.value, 1);
  assert.equal(subsets['macro_replies']?.metrics.exact_match?.tuned.value, 1);
  assert.deepEqual(Object.keys(subsets['queries']?.metrics ?? {}).sort(), [
    'next_action_accuracy',
    'query_match',
  ]);
  assert.deepEqual(
    results.topics.map(({ topic, conversations, turns }) => [topic, conversations, turns]),
    [
      ['bank', 20, 60],
      ['hotel', 20, 60],
    ],
  );

  const floor = results.baselines.most_frequent_action!;
  assert.equal(floor.accuracy, 0.5);
  assert.equal(floor.tuned_difference.value, 0.5);
  assert.equal(results.baselines.template_coverage, 1);
  assert.deepEqual(results.counts, {
    test_conversations: 40,
    test_clusters: 40,
    generated_conversations: 40,
    generated_clusters: 40,
    turns: 120,
    replies: 80,
    free_typed_replies: 40,
    queries: 40,
    supervised_tokens: 480,
    turns_without_action: 0,
    cut_replies: { base: 0, tuned: 0 },
    failed_replies: { base: 0, tuned: 0 },
  });
  const written = JSON.parse(
    await readFile(join(job.outputFolder, 'evaluation_results.json'), 'utf8'),
  ) as EvaluationResults;
  assert.deepEqual(written, results);
});

test('models see the real conversation up to their turn, and nothing of the answer', async (context) => {
  const seen: GenerateRequest[] = [];
  const { job } = await setUp(context, {
    examples: [conversation(0), conversation(1)],
    tunedAnswers: (request) => {
      seen.push(request);
      return good(request);
    },
  });
  await evaluate(job);
  assert.deepEqual(
    seen.map(({ messages }) => messages.length),
    [2, 4, 6, 2, 4, 6],
  );
  assert.deepEqual(seen[2]!.messages, conversation(0).messages.slice(0, 6));
  assert.ok(seen.every(({ temperature, maxTokens }) => temperature === 0 && maxTokens === 96));
});

test('an interrupted evaluation goes on after the last whole reply and ends the same', async (context) => {
  const undisturbed = await setUp(context);
  const expected = await evaluate(undisturbed.job);

  const controller = new AbortController();
  let left = 30;
  const { job, base, tuned } = await setUp(context, {
    tunedAnswers: (request) => {
      if (--left === 0) controller.abort();
      return good(request);
    },
  });
  await assert.rejects(evaluate({ ...job, signal: controller.signal }), isError('interrupted', /kept/));
  const log = join(job.workFolder, 'replies.jsonl');
  const { size } = await readFile(log).then((data) => ({ size: data.length }));
  await truncate(log, size - 10); // As a crash in the middle of a write leaves it.

  const results = await evaluate(job);
  assert.equal(base.asked(), 120);
  assert.equal(tuned.asked(), 121); // One reply lost with the torn line.
  const timeless = (found: EvaluationResults): unknown => ({ ...found, seconds: null });
  assert.deepEqual(timeless(results), timeless(expected));
  const [replies, others] = await Promise.all(
    [job, undisturbed.job].map(({ outputFolder }) => readFile(join(outputFolder, 'replies.jsonl'), 'utf8')),
  );
  assert.equal(replies, others);
});

test('replies of another evaluation in the work folder are not taken', async (context) => {
  const { job, base } = await setUp(context, { examples: [conversation(0), conversation(1)] });
  await evaluate(job);
  await evaluate({ ...job, config: { ...job.config, max_reply_tokens: 5 } });
  assert.equal(base.asked(), 12);
});

test('several requests are in flight for a URL, and the order does not matter', async (context) => {
  const openai = {
    kind: 'openai',
    url: 'http://localhost:1/v1',
    model: 'tuned',
    base_model: 'base',
    concurrency: 8,
  };
  const { job, tuned } = await setUp(context, { config: { backend: openai } });
  const results = await evaluate(job);
  assert.equal(tuned.asked(), 120);
  assert.equal(results.tuned.next_action_accuracy, 1);
});

test('a metric that cannot be measured is null and says why', async (context) => {
  const noQueries = conversation(0);
  noQueries.messages.splice(4, 2);
  const { job } = await setUp(context, {
    examples: [noQueries],
    config: { actions: undefined, metrics: ['perplexity', 'rouge_l', 'next_action_accuracy', 'query_match'] },
  });
  const results = await evaluate({ ...job, tuned: { ...job.tuned, scorer: null } });
  assert.equal(results.base.perplexity, null);
  assert.equal(results.difference.next_action_accuracy, null);
  assert.match(results.skipped.perplexity!, /nothing can score/);
  assert.match(results.skipped.next_action_accuracy!, /evaluate\.actions/);
  assert.match(results.skipped.query_match!, /calls a tool/);
  assert.match(results.skipped.exact_match!, /not asked for/);
  assert.equal(results.difference.rouge_l!.interval, null); // One conversation has no interval.
  assert.match(results.warnings[0]!, /Only 1 independent test conversations/);
});

test('max_examples caps generation on conversations drawn with the seed, likelihood stays on all', async (context) => {
  const { job, base } = await setUp(context, { config: { max_examples: 10 } });
  const results = await evaluate(job);
  assert.equal(base.asked(), 30);
  assert.equal(results.counts.generated_conversations, 10);
  assert.equal(results.counts.supervised_tokens, 480);
});

test('only likelihood asked for: replies are generated just for the answers shown', async (context) => {
  const { job, base } = await setUp(context, { config: { metrics: ['perplexity'], side_by_side: 3 } });
  const results = await evaluate(job);
  assert.equal(base.asked(), 3);
  assert.equal(results.side_by_side.length, 3);
  assert.equal(results.tuned.rouge_l, null);
});

test('nothing to measure is refused', async (context) => {
  const empty = await setUp(context, { examples: [] });
  await assert.rejects(evaluate(empty.job), isError('data', /test split is empty/));
  const mute = await setUp(context, {
    examples: [{ meta: { id: 'a', source: 's' }, messages: [user('Hi')] }],
  });
  await assert.rejects(evaluate(mute.job), isError('data', /None of the 1 test conversations/));
  const broken = await setUp(context);
  await writeFile(broken.job.testFile, `${JSON.stringify(conversation(0))}\n{"messages":`);
  await assert.rejects(evaluate(broken.job), isError('data', /test\.jsonl:2 is not an example/));
});

test('a turn that the backend fails on counts as wrong, and is said', async (context) => {
  const { job } = await setUp(context, {
    tunedAnswers: (request) => {
      if (request.messages.some(({ content }) => content.includes('number 3 '))) {
        throw new AttuneError('backend', 'The conversation has 999 tokens');
      }
      return good(request);
    },
  });
  const results = await evaluate(job);
  assert.deepEqual(results.counts.failed_replies, { base: 0, tuned: 2 });
  assert.equal(results.tuned.query_match, 39 / 40);
  const warning = results.warnings.find((text) => text.includes('failed on 2 of 120 turns'));
  assert.match(
    warning!,
    /fake tuned, message 5 of test conversation bank-3: The conversation has 999 tokens/,
  );
});

test('a backend that fails throughout stops the evaluation; what was answered is kept', async (context) => {
  let left = 30;
  const down: Answerer = (request) => {
    if (left-- <= 0) throw new AttuneError('backend', 'HTTP 503');
    return good(request);
  };
  const { job, tuned } = await setUp(context, { tunedAnswers: down });
  await assert.rejects(evaluate(job), isError('backend', /HTTP 503/));
  assert.equal(tuned.asked(), 30 + 7); // Two conversations of three turns, and one turn of a third.
  left = Infinity;
  const results = await evaluate(job);
  assert.equal(tuned.asked(), 37 + 90);
  assert.equal(results.tuned.next_action_accuracy, 1);
});

test('examples of one conversation are drawn as one, for every metric, and the report says so', async (context) => {
  const examples = Array.from({ length: 40 }, (_, i): Example => {
    const { meta, messages } = conversation(i);
    return { messages, meta: { ...meta, conversation: `contract ${i >> 2}`, outcome: `${i % 2}` } };
  });
  const { job } = await setUp(context, { examples });
  const results = await evaluate({ ...job, config: { ...job.config, groups: ['outcome'] } });
  assert.equal(results.counts.test_conversations, 40);
  assert.equal(results.counts.test_clusters, 10);
  assert.equal(results.counts.generated_clusters, 10);
  for (const part of [results, ...results.subsets, ...results.topics, ...results.groups])
    for (const name of metricNames) assert.equal(part.metrics[name]?.conversations ?? 10, 10, name);
  assert.deepEqual(Object.keys(results.metrics).toSorted(), [...metricNames].toSorted());
  assert.match(results.warnings[0]!, /Only 10 independent test conversations/);
  for (const file of ['report.md', 'report.html'])
    assert.match(
      await readFile(join(job.outputFolder, file), 'utf8'),
      /40 held-out conversations in 10 groups that belong together/,
    );
});

type Clustered = {
  items: [cluster: number, base: number, tuned: number][];
  value: number;
  interval: number[];
  standard_error: number;
  standard_error_of_examples: number;
};
test('the interval over questions about the same documents is that of scipy, drawn by document', async (context) => {
  const file = new URL('../../test/golden/evaluate/clustered-examples.json', import.meta.url);
  const { items, ...expected } = JSON.parse(await readFile(file, 'utf8')) as Clustered;
  const examples = items.map(([cluster], i): Example => ({
    meta: { id: `${i}`, source: 's', conversation: `${cluster}` },
    messages: [user(`${i}`), { role: 'assistant', content: 'yes' }],
  }));
  const { job } = await setUp(context, { examples, config: { bootstrap: { resamples: 10_000 } } });
  const answers = (system: 1 | 2): Backend =>
    fakeBackend(`${system}`, ({ messages }) => ({
      content: items[Number(messages.at(-1)!.content)]![system] === 1 ? 'yes' : 'no',
    }));
  const results = await evaluate({
    ...job,
    base: { ...job.base, backend: answers(1) },
    tuned: { ...job.tuned, backend: answers(2) },
  });
  const { conversations, difference } = results.metrics.exact_match!;
  assert.equal(conversations, new Set(items.map(([cluster]) => cluster)).size);
  assert.ok(Math.abs(difference.value - expected.value) < 1e-12);
  assert.ok(Math.abs(difference.standard_error! / expected.standard_error - 1) < 0.03);
  // Drawing examples would give an error of two thirds of this.
  assert.ok(expected.standard_error_of_examples < 0.7 * expected.standard_error);
  for (const end of [0, 1])
    assert.ok(
      Math.abs(difference.interval![end]! - expected.interval[end]!) < 0.15 * expected.standard_error,
      `${difference.interval} is not ${expected.interval}`,
    );
});

test('metrics are also reported by the facts asked for', async (context) => {
  const { job } = await setUp(context);
  const results = await evaluate({ ...job, config: { ...job.config, groups: ['source'] } });
  assert.deepEqual(
    results.groups.map(({ fact, conversations }) => ({ fact, conversations })),
    [{ fact: 'source', conversations: results.counts.test_conversations }],
  );
  assert.equal(results.groups[0]!.metrics.rouge_l!.tuned.value, results.tuned.rouge_l);
  assert.match(await readFile(join(job.outputFolder, 'report.html'), 'utf8'), /<h2>By source<\/h2>/);
});

test('the page is self-contained, escaped, and shows curve, funnel and answers', async (context) => {
  const { job, folder } = await setUp(context);
  const trainingMetricsFile = join(folder, 'metrics.jsonl');
  const funnelFile = join(folder, 'funnel.json');
  const steps = Array.from({ length: 500 }, (_, step) => ({
    type: 'step',
    step: step + 1,
    loss: 4 / (1 + step / 50),
  }));
  const events = [
    ...steps,
    { type: 'evaluation', step: 500, loss: 0.5, best: true },
    { type: 'checkpoint', step: 500 },
  ];
  await writeFile(
    trainingMetricsFile,
    `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"type":"st`,
  );
  await writeFile(
    funnelFile,
    JSON.stringify([
      {
        rule: 'minimum length',
        in: 100,
        changed: 0,
        dropped: 10,
        out: 90,
        reasons: { 'under 50 characters': 10 },
      },
    ]),
  );
  await evaluate({ ...job, trainingMetricsFile, funnelFile });
  const page = await readFile(join(job.outputFolder, 'report.html'), 'utf8');
  const markdown = await readFile(join(job.outputFolder, 'report.md'), 'utf8');

  assert.doesNotMatch(page, /<script|https?:\/\/|<img|<link|url\(|@import/);
  assert.match(page, /&lt;script&gt;alert\(1\)/);
  assert.match(page, /Fake &lt;shop&gt;/);
  assert.doesNotMatch(page, /NaN|undefined|\[object/);
  assert.equal([...page.matchAll(/<svg [^>]*role="img" [^>]*aria-label="[^"]+"/g)].length, 3);
  assert.match(page, /90 \(−10\)/);
  assert.match(page, /under 50 characters/);
  assert.match(page, /validation loss ends at 0\.500/);
  assert.ok(page.length < 200_000, `${page.length} characters`);
  for (const tag of [
    'table',
    'svg',
    'article',
    'div',
    'span',
    'details',
    'ul',
    'li',
    'dl',
    'p',
    'td',
    'th',
    'tr',
  ]) {
    const count = (pattern: string): number => [...page.matchAll(new RegExp(pattern, 'g'))].length;
    assert.equal(count(`<${tag}[ >]`), count(`</${tag}\\s*>`), tag);
  }

  assert.match(markdown, /\| Next-action accuracy \| 0\.0% \| 100\.0% \| \+100\.0 \|/);
  assert.doesNotMatch(markdown, /<script/);
  assert.match(markdown, /## Data/);
});

test('the report does without a loss curve and a funnel', async (context) => {
  const { job, folder } = await setUp(context, { config: { side_by_side: 0 } });
  const missing = join(folder, 'missing');
  await evaluate({ ...job, trainingMetricsFile: missing, funnelFile: missing });
  const page = await readFile(join(job.outputFolder, 'report.html'), 'utf8');
  assert.doesNotMatch(page, /<h2>(Training|Data|Side by side)/);
});
