import { join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic, writeJson } from '../base/files.ts';
import { sha256, sha256File } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import { conversationOf, type Example } from '../data/example.ts';
import { loadExamples } from '../data/read-examples.ts';
import type { ExampleScore, Scorer } from '../model/scorer.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { generateReplies } from './generate.ts';
import type { EvaluateJob, EvaluatedSystem, Likelihood } from './evaluate-job.ts';
import { measureTurns, replyMetrics } from './measure-turns.ts';
import type { MeasuredTurn } from './measure-turns.ts';
import { likelihoodItems } from './metrics/likelihood.ts';
import type { MetricName } from './metrics/metric.ts';
import { loadTemplates } from './action-templates.ts';
import { ReplyLog } from './reply-log.ts';
import type { LoggedReply, SystemName } from './reply-log.ts';
import { writeReport } from './report/write.ts';
import type { EvaluationResults } from './results.ts';
import { summarise } from './summarise.ts';
import { assistantTurns, drawConversations, drawSideBySide } from './assistant-turns.ts';
import type { Turn } from './assistant-turns.ts';

/**
 * Compares base and tuned model on the test split: likelihood metrics on all of it, replies generated greedily at
 * every assistant turn with the real conversation before it. Writes and returns the results.
 * Throws AttuneError: 'data' when there is nothing to measure, 'interrupted' on abort (calling again goes on).
 */
export async function evaluate(job: EvaluateJob): Promise<EvaluationResults> {
  const { config, seed } = job;
  const examples = await loadExamples(job.testFile);
  const templates = config.actions ? await loadTemplates(resolve(job.projectFolder, config.actions)) : null;
  const turns = assistantTurns(examples, templates);
  refuseEmpty(job.testFile, examples, turns);
  const metrics = new Set(config.metrics);
  const drawn = new Set(drawConversations(examples, config.max_examples, seed).map(({ meta }) => meta.id));
  const candidates = turns.filter(({ conversation }) => drawn.has(conversation));
  const shown = drawSideBySide(candidates, config.side_by_side, seed);
  const asked = replyMetrics.some((metric) => metrics.has(metric)) ? candidates : shown;

  const started = performance.now();
  const likelihood = await scoreBoth(job, examples, metrics);
  const scoringSeconds = (performance.now() - started) / 1000;
  const replies = await generateBoth(job, asked);
  const generationSeconds = (performance.now() - started) / 1000 - scoringSeconds;
  const measured = measureTurns(asked, replies, metrics, templates);
  const trainTurns = templates ? assistantTurns(await loadExamples(job.trainFile), templates) : [];
  const results = summarise({
    job,
    examples,
    turns,
    measured,
    shown: new Set(shown),
    likelihood,
    templates,
    trainTurns,
    scoringSeconds,
    generationSeconds,
  });

  for (const message of results.warnings) job.report({ type: 'warning', message });
  await writeFileAtomic(join(job.outputFolder, 'replies.jsonl'), measured.map(replyLine).join(''));
  await writeReport(results, job);
  await writeJson(join(job.outputFolder, 'evaluation_results.json'), results);
  return results;
}

function refuseEmpty(testFile: string, examples: readonly Example[], turns: readonly Turn[]): void {
  if (examples.length === 0) {
    throw new AttuneError('data', `The test split is empty (${testFile}), so nothing can be measured.`, {
      fix: 'Collect more conversations, or give split.test a larger share.',
    });
  }
  if (turns.length === 0) {
    throw new AttuneError(
      'data',
      `None of the ${examples.length} test conversations has an assistant turn to predict.`,
      {
        fix: 'Check the roles in your data (attune show collect), or the rules of curate that drop turns.',
      },
    );
  }
}

async function scoreBoth(
  job: EvaluateJob,
  examples: readonly Example[],
  metrics: ReadonlySet<MetricName>,
): Promise<Likelihood> {
  const none = (skipped: string): Likelihood => ({ items: {}, tokens: 0, skipped });
  if (!metrics.has('perplexity') && !metrics.has('token_accuracy'))
    return none('not asked for in evaluate.metrics');
  const { base, tuned } = job;
  if (!base.scorer || !tuned.scorer)
    return none('the model can generate here but nothing can score given text with it');
  const encoded = examples.map(job.encode).filter(({ supervised }) => supervised.includes(1));
  if (encoded.length === 0) return none('no assistant token is left within the sequence length');
  const clusters = new Map(examples.map(({ meta }) => [meta.id, conversationOf(meta)]));
  const baseScores = await scoreAll('base', base.scorer, encoded, job);
  const tunedScores = await scoreAll('tuned', tuned.scorer, encoded, job);
  const { perplexity, tokenAccuracy } = likelihoodItems(baseScores, tunedScores, (id) => clusters.get(id)!);
  return {
    items: {
      ...(metrics.has('perplexity') && { perplexity }),
      ...(metrics.has('token_accuracy') && { token_accuracy: tokenAccuracy }),
    },
    tokens: perplexity.reduce((sum, { weight }) => sum + weight, 0),
    skipped: null,
  };
}

const scoringBatch = 256; // Conversations between two looks at the abort signal.

async function scoreAll(
  system: SystemName,
  scorer: Scorer,
  encoded: readonly EncodedExample[],
  { names, report, signal }: EvaluateJob,
): Promise<ExampleScore[]> {
  const scores: ExampleScore[] = [];
  for (let start = 0; start < encoded.length; start += scoringBatch) {
    if (signal.aborted) {
      throw new AttuneError('interrupted', 'Evaluation stopped on request.', {
        fix: 'Run the same command again.',
      });
    }
    const onProgress = (done: number): void =>
      report({
        type: 'progress',
        label: `likelihood under the ${names?.[system] ?? system} model`,
        done: start + done,
        total: encoded.length,
        unit: 'conversations',
      });
    scores.push(...(await scorer.score(encoded.slice(start, start + scoringBatch), onProgress)));
  }
  return scores;
}

async function generateBoth(
  { base, tuned, config, testFile, workFolder, seed, report, signal }: EvaluateJob,
  turns: readonly Turn[],
): Promise<Record<SystemName, LoggedReply[]>> {
  const fingerprint = sha256(
    canonicalJson({
      test: await sha256File(testFile),
      config,
      seed,
      base: base.backend.name,
      tuned: tuned.backend.name,
    }),
  );
  const log = await ReplyLog.open(join(workFolder, 'replies.jsonl'), fingerprint);
  try {
    const concurrency = config.backend.kind === 'openai' ? config.backend.concurrency : 1;
    const done = { base: 0, tuned: 0 };
    const generate = (system: SystemName, { backend }: EvaluatedSystem): Promise<LoggedReply[]> =>
      generateReplies(system, backend, turns, log, {
        maxTokens: config.max_reply_tokens,
        concurrency,
        signal,
        onDone: (count) => {
          done[system] = count;
          report({
            type: 'progress',
            label: 'replies of both models',
            done: done.base + done.tuned,
            total: 2 * turns.length,
            unit: 'replies',
          });
        },
      });
    // At once: each keeps one core busy, and neither waits for the other.
    const [ofBase, ofTuned] = await bothOrFirstFailure(generate('base', base), generate('tuned', tuned));
    return { base: ofBase, tuned: ofTuned };
  } finally {
    await log.close();
  }
}

/** Waits for both even when one fails, so that nothing still runs when the log is closed. */
async function bothOrFirstFailure<Value>(a: Promise<Value>, b: Promise<Value>): Promise<[Value, Value]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

/** One line of the output's replies.jsonl: a turn with both answers and their scores. */
function replyLine({ turn, base, tuned, actions, scores }: MeasuredTurn): string {
  const answer = (
    { reply, failure }: LoggedReply,
    followed: string[] | undefined,
  ): Record<string, unknown> => ({
    text: reply.content,
    tool_calls: reply.toolCalls,
    finish_reason: reply.finishReason,
    actions: followed ?? null,
    ...(failure !== undefined && { failure }),
  });
  const line = {
    conversation: turn.conversation,
    topic: turn.topic ?? null,
    turn: turn.index,
    kind: turn.kind,
    free_typed: turn.typed,
    gold: { text: turn.gold.content, tool_calls: turn.gold.toolCalls ?? [], action: turn.action ?? null },
    base: answer(base, actions?.base),
    tuned: answer(tuned, actions?.tuned),
    scores,
  };
  return `${JSON.stringify(line)}\n`;
}
