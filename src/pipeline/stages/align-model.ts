import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import type { Example } from '../../data/example.ts';
import { Ledger } from '../../data/ledger.ts';
import type { PairMaker } from '../../data/preferences/pair.ts';
import { ratedMaker } from '../../data/preferences/rated-pairs.ts';
import { repliesMaker } from '../../data/preferences/reply-pairs.ts';
import { type PairCounts, writePairs } from '../../data/preferences/write-pairs.ts';
import { readExamples } from '../../data/read-examples.ts';
import { resolveBase } from '../../model/base.ts';
import { encodeMessages, loadChatFormat } from '../../text/chat-format.ts';
import type { AlignConfig } from '../../train/config/align.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { ObjectiveConfig } from '../../train/objective.ts';
import type { StageContext } from '../stage.ts';
import { openSampling } from './align-sampling.ts';
import type { Sampling } from './align-sampling.ts';
import { warnServing } from './serving-check.ts';
import { startAdapter } from './training-start.ts';
import type { Json } from '../../base/json.ts';
import { baseHash, runEngine } from './train.ts';

/** Makes preference pairs, and trains with them what train left, or the base. */
export async function alignModel(context: StageContext): Promise<Record<string, Json>> {
  const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
  const align = config.align!;
  const base = await resolveBase(config.train.base, { projectFolder, report, signal });
  // After train it was said already.
  if (align.from === 'base') await warnServing(context, base);
  const pairs = await makePairs(context, align, base);
  const trained = align.from === 'train' ? inputs.train!.folder : undefined;
  const isFull = config.train.method === 'full';
  const result = await runEngine(
    {
      base: isFull && trained !== undefined ? trained : base,
      ...(!isFull && (trained === undefined ? startAdapter(config, projectFolder) : { adapter: trained })),
      trainFile: join(outputFolder, pairsFile('train')),
      validationFile: join(outputFolder, pairsFile('validation')),
      objective: objectiveOf(align),
      config: trainSettings(config.train, align),
      seed: config.seed,
      workFolder: join(workFolder, 'engine'),
      outputFolder,
    },
    context,
    'align',
  );
  return { ...result, ...pairs, base_sha256: await baseHash(base) };
}

const pairsFile = (split: 'train' | 'validation'): string => `pairs.${split}.jsonl`;

function objectiveOf({
  objective,
  loss,
  beta,
  label_smoothing: labelSmoothing,
}: AlignConfig): ObjectiveConfig {
  return objective === 'orpo' ? { type: 'orpo', beta } : { type: 'dpo', loss, beta, labelSmoothing };
}

/** What align sets in place of what train says; a setting of align that is left out is not train's. */
function trainSettings(train: TrainConfig, align: AlignConfig): TrainConfig {
  const { objective: _o, loss: _l, beta: _b, label_smoothing: _s, from: _f, pairs: _p, ...settings } = align;
  const { epochs, learning_rate, max_steps, warmup_steps, early_stopping } = align;
  // Noise on the embeddings would move the model away from its own reference.
  const neftune_alpha = undefined;
  return {
    ...train,
    ...settings,
    epochs,
    learning_rate,
    max_steps,
    warmup_steps,
    early_stopping,
    neftune_alpha,
  };
}

/** Writes the pairs of both splits and a ledger; returns the counts. Throws AttuneError 'data' when there is none to train on. */
async function makePairs(
  context: StageContext,
  align: AlignConfig,
  base: string,
): Promise<{
  pairs: { train: PairCounts; validation: PairCounts };
  dropped: Record<string, Record<string, number>>;
}> {
  const { config, inputs, outputFolder, report, signal } = context;
  const format = await loadChatFormat(base);
  const countTokens = ({ messages }: Example): number =>
    encodeMessages(format, messages, { addGenerationPrompt: false }).length;
  const ledger = new Ledger(join(outputFolder, 'ledger.jsonl'));
  const sampling = align.pairs.sampled && (await openSampling(context, align.pairs.sampled, base));
  const ofSplit = async (split: 'train' | 'validation'): Promise<PairCounts> => {
    const share = split === 'train' ? 1 : config.split.validation / config.split.train;
    const max = align.pairs.max === undefined ? undefined : Math.ceil(align.pairs.max * share);
    return writePairs(join(outputFolder, pairsFile(split)), {
      makers: makersOf(context, align, { split, share, sampling }),
      countTokens,
      maxTokens: config.train.sequence_length,
      max,
      random: seededRandom(config.seed, 'pairs', split),
      ledger,
      signal,
    });
  };
  try {
    const pairs = { train: await ofSplit('train'), validation: await ofSplit('validation') };
    ledger.close();
    const dropped = Object.fromEntries([...ledger.counts].map(([rule, { reasons }]) => [rule, reasons]));
    if (pairs.train.pairs === 0) throw noPairs(join(inputs.split!.folder, 'train.jsonl'), dropped);
    const origins = Object.entries(pairs.train.origins).map(([origin, count]) => `${count} ${origin}`);
    report({ type: 'note', message: `${pairs.train.pairs} preference pairs (${origins.join(', ')})` });
    return { pairs, dropped };
  } catch (cause) {
    ledger.abort();
    throw cause;
  } finally {
    await sampling?.close();
  }
}

type SplitPart = { split: 'train' | 'validation'; share: number; sampling: Sampling | undefined };

function makersOf(
  { config, inputs }: StageContext,
  { pairs }: AlignConfig,
  { split, share, sampling }: SplitPart,
): PairMaker[] {
  const examples = (): AsyncIterable<Example> => readExamples(join(inputs.split!.folder, `${split}.jsonl`));
  const random = (...stream: string[]): Random => seededRandom(config.seed, 'align', ...stream);
  const { per_turn: perTurn, min_rating_difference: minDifference } = pairs;
  return [
    ...(pairs.given ? [repliesMaker('given', examples, { perTurn, random })] : []),
    ...(pairs.picked ? [repliesMaker('picked', examples, { perTurn, random })] : []),
    ...(pairs.rated ? [ratedMaker(examples, { minDifference, perTurn, random })] : []),
    ...(sampling ? [sampling.maker(examples, { label: split, share })] : []),
  ];
}

function noPairs(file: string, dropped: Record<string, Record<string, number>>): AttuneError {
  const reasons = Object.entries(dropped).flatMap(([origin, counts]) =>
    Object.entries(counts).map(([reason, count]) => `${count} ${origin}: ${reason}`),
  );
  const why =
    reasons.length === 0
      ? 'its examples have no rejected replies and no ratings'
      : reasons.slice(0, 8).join('; ');
  return new AttuneError('data', `align has no preference pairs to train on: ${why}`, {
    fix: `Collect preference records, rejected replies or ratings, or set align.pairs.sampled. It read ${file}.`,
  });
}
