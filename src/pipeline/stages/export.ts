import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../base/files.ts';
import { seededRandom, shuffled } from '../../base/random.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { loadExamples } from '../../data/read-examples.ts';
import { defaultParityTolerance } from '../../export/config.ts';
import { findBase, resolveBase } from '../../model/base.ts';
import { servedNames, tunedFiles } from '../../registry/served-files.ts';
import type { EncodedExample } from '../../text/encoded-example.ts';
import type { ExportGgufOptions } from '../../export/gguf.ts';
import type { ParityCase, ParityResult } from '../../export/parity.ts';
import { loadModel } from '../../model/model-folder.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import type { Stage, StageContext } from '../stage.ts';
import { checkServing } from './serving-check.ts';
import { trainedModel } from './trained-model.ts';

/** Conversations compared by the parity gate: enough tokens to meet every kind of input, few enough to take seconds. */
const parityConversations = 24;

/** The trained model as GGUF files for serving, and the proof that they say what was trained. */
export const exportStage: Stage = {
  name: 'export',
  version: 2,
  needs: ['split', 'train', 'align'],
  configPart: (config) => ({ export: config.export, seed: config.seed }),
  check: async (config, projectFolder) =>
    checkServing(config, projectFolder, await findBase(config.train.base, { projectFolder })),
  run: async (context) => {
    const { config, projectFolder, report, signal } = context;
    const base = await resolveBase(config.train.base, { projectFolder, report, signal });
    const trained = trainedModel(context.inputs).folder;
    const served = await writeServed(context, { base, trained, folder: context.outputFolder });
    const parity = await checkServed(context, base);
    await writeJson(join(context.outputFolder, 'parity.json'), parity);
    const { conversations, tokens, maxDifference, meanDifference } = parity;
    return {
      gguf: config.export.gguf,
      served,
      max_logprob_difference: maxDifference,
      mean_logprob_difference: meanDifference,
      parity_tokens: tokens,
      parity_conversations: conversations,
    };
  },
};

/** How the trained model is served: an adapter that is added to the base, merged into a copy of it, or whole. */
type ServedForm = 'adapter' | 'merged' | 'full';

/** Base and trained model as the files that serve them (see registry/served-files.ts), the tokenizer last. */
export async function writeServed(
  { config, report, signal }: Pick<StageContext, 'config' | 'report' | 'signal'>,
  { base, trained, folder }: { base: string; trained: string; folder: string },
): Promise<ServedForm> {
  const { exportGguf } = await import('../../export/gguf.ts');
  const { gguf: type, pre_tokenizer: preTokenizer } = config.export;
  const options = { type, report, signal, ...(preTokenizer === undefined ? {} : { preTokenizer }) };
  const place = (name: string): string => join(folder, name);
  await exportGguf({ ...options, modelFolder: base, outputFile: place(servedNames.base) });
  const isFull = config.train.method === 'full';
  if (isFull) await exportGguf({ ...options, modelFolder: trained, outputFile: place(servedNames.tuned) });
  const form = isFull
    ? 'full'
    : await writeAdapter(await loadModel(base, trained), { ...options, modelFolder: base, place });
  await copyTokenizer(base, place(servedNames.tokenizer));
  return form;
}

/** The adapter as a file of its own where llama.cpp can add it to the base, and else a copy of the base with it. */
async function writeAdapter(
  model: LanguageModel,
  { place, ...options }: Omit<ExportGgufOptions, 'outputFile'> & { place: (name: string) => string },
): Promise<ServedForm> {
  const { exportLoraGguf, whyMerged } = await import('../../export/lora-gguf.ts');
  const reason = model.adapter && whyMerged(model.config, model.adapter);
  if (reason === undefined) {
    await exportLoraGguf(model, place(servedNames.adapter));
    return 'adapter';
  }
  const { exportMergedGguf } = await import('../../export/gguf.ts');
  options.report({
    type: 'note',
    message: `the adapter has ${reason}, which llama.cpp cannot add to a base: it is served merged into a copy of it`,
  });
  await exportMergedGguf(model, { ...options, outputFile: place(servedNames.tuned) });
  return 'merged';
}

/** All of the base's folder but weights and papers: serving renders and tokenises with these files. */
async function copyTokenizer(base: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(base, { withFileTypes: true })) {
    const isTokenizer =
      /\.(json|jinja|model|txt)$/.test(entry.name) && !entry.name.endsWith('.safetensors.index.json');
    if (entry.isFile() && isTokenizer) await copyFile(join(base, entry.name), join(folder, entry.name));
  }
}

/** Scores test conversations with the engine that trained and with llama.cpp as it will serve; throws 'parity' beyond the tolerance. */
async function checkServed(
  { config, inputs, outputFolder, report, signal }: StageContext,
  base: string,
): Promise<ParityResult & { conversations: number; tolerance: number }> {
  const { checkParity } = await import('../../export/parity.ts');
  const { openScorer } = await import('../../model/score-examples.ts');
  const { openLlamaBackend } = await import('../../backend/llama.ts');
  const { openEncoder } = await import('../../text/open-encoder.ts');
  const encode = await openEncoder(base, config.train.sequence_length);
  const examples = (await loadExamples(join(inputs.split!.folder, 'test.jsonl'))).map(encode);
  const scorable = examples.filter(({ supervised }) => supervised.indexOf(1, 1) > 0);
  const drawn = shuffled(scorable, seededRandom(config.seed, 'parity')).slice(0, parityConversations);
  const trained = trainedModel(inputs).folder;
  const scorer = await openScorer(
    config.train.method === 'full' ? { base: trained } : { base, adapter: trained },
  );
  const backend = await openLlamaBackend({
    ...(await tunedFiles(outputFolder)),
    contextSize: config.train.sequence_length,
    parallel: 1,
  });
  try {
    const scores = await scorer.score(drawn);
    const cases: ParityCase[] = [];
    for (const [i, example] of drawn.entries()) {
      throwIfInterrupted(signal);
      const served = await backend.logProbabilities!([...example.tokens]);
      cases.push({
        id: example.id,
        trained: scores[i]!.logProbabilities,
        served: supervisedOnly(served, example),
      });
      report({ type: 'progress', label: 'parity', done: i + 1, total: drawn.length, unit: 'conversations' });
    }
    const tolerance = config.export.parity_tolerance ?? defaultParityTolerance[config.export.gguf];
    return { ...checkParity(cases, tolerance), conversations: cases.length, tolerance };
  } finally {
    await backend.close();
    await scorer.close();
  }
}

/** The first token has nothing before it to be predicted from. */
const supervisedOnly = (values: Float32Array, { supervised }: EncodedExample): Float32Array =>
  values.filter((_, i) => i > 0 && supervised[i] === 1);
