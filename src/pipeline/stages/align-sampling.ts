/** Opens what sampled pairs need: the trained model to answer, a judge, and a log of what was answered. */
import { join } from 'node:path';
import type { Backend } from '../../backend/backend.ts';
import { exists } from '../../base/files.ts';
import { sha256 } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import type { Example } from '../../data/example.ts';
import type { PairMaker } from '../../data/preferences/pair.ts';
import { loadTemplates } from '../../evaluate/action-templates.ts';
import type { Templates } from '../../evaluate/action-templates.ts';
import type { Judge } from '../../evaluate/preferences/judge.ts';
import { modelJudge } from '../../evaluate/preferences/model-judge.ts';
import { moduleJudge } from '../../evaluate/preferences/module-judge.ts';
import { referenceJudge } from '../../evaluate/preferences/reference-judge.ts';
import { type AskedReply, keptReplies, sampleAnswers } from '../../evaluate/preferences/sample-answers.ts';
import { sampledMaker } from '../../evaluate/preferences/sampled-pairs.ts';
import { ReplyLog } from '../../evaluate/reply-log.ts';
import { servedNames, tunedFiles } from '../../registry/served-files.ts';
import type { AlignConfig } from '../../train/config/align.ts';
import type { StageContext } from '../stage.ts';
import { writeServed } from './export.ts';

type SampledConfig = NonNullable<AlignConfig['pairs']['sampled']>;

export type Sampling = {
  maker: (
    examples: () => AsyncIterable<Example>,
    part: { label: 'train' | 'validation'; share: number },
  ) => PairMaker;
  close: () => Promise<void>;
};

/** The trained model is written as a file to serve in the work folder, once; answers and verdicts are kept there too. */
export async function openSampling(
  context: StageContext,
  config: SampledConfig,
  base: string,
): Promise<Sampling> {
  const { projectFolder, inputs, workFolder, report, signal } = context;
  const { actions } = context.config.evaluate;
  const { seed, train } = context.config;
  const folder = join(workFolder, 'served');
  if (!(await exists(join(folder, servedNames.tokenizer, 'tokenizer.json')))) {
    report({ type: 'note', message: 'writing the trained model as a file, to sample from' });
    await writeServed(context, { base, trained: inputs.train!.folder, folder });
  }
  const templates = actions === undefined ? null : await loadTemplates(join(projectFolder, actions));
  const { openLlamaBackend } = await import('../../backend/llama.ts');
  const opened: { close: () => Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.reverse()) await one.close();
  };
  try {
    const fingerprint = sha256(canonicalJson([config, seed, inputs.train!.digest, inputs.split!.digest]));
    const log = await ReplyLog.open<string>(join(workFolder, 'samples.jsonl'), fingerprint);
    opened.push(log);
    const ask = keptReplies(log, signal);
    const backend = await openLlamaBackend({
      ...(await tunedFiles(folder)),
      contextSize: train.sequence_length,
      parallel: 1,
    });
    opened.push(backend);
    const judge = await openJudge(config.judge, { projectFolder, templates, ask, opened });
    const { samples, temperature, max_tokens: maxTokens } = config;
    return {
      close,
      maker: (examples, { label, share }) =>
        sampledMaker(examples, {
          prompts: Math.ceil(config.prompts * share),
          random: seededRandom(seed, 'sampled', label),
          templates,
          judge,
          answers: (turn) => sampleAnswers(turn, { backend, samples, temperature, maxTokens, seed, ask }),
          onDone: (done, total) =>
            report({ type: 'progress', label: `answers, ${label}`, done, total, unit: 'turns' }),
        }),
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function openJudge(
  config: SampledConfig['judge'],
  {
    projectFolder,
    templates,
    ask,
    opened,
  }: {
    projectFolder: string;
    templates: Templates | null;
    ask: AskedReply;
    opened: { close: () => Promise<void> }[];
  },
): Promise<Judge> {
  if (config.kind === 'reference') return referenceJudge(templates);
  if (config.kind === 'module') return moduleJudge(join(projectFolder, config.module));
  const { openOpenAiBackend } = await import('../../backend/openai.ts');
  const { url, model, api_key_env: apiKeyVariable } = config;
  const backend: Backend = await openOpenAiBackend({
    baseUrl: url,
    model,
    ...(apiKeyVariable !== undefined && { apiKeyVariable }),
  });
  opened.push(backend);
  return modelJudge(backend, config.criteria, ask);
}
