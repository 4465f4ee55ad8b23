/** The stage curate: the rules in order, with a reason for all they do and a funnel of the counts. */
import { counted } from '../base/number-text.ts';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeJson } from '../base/files.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { writeStreamAtomic } from '../formats/write-stream.ts';
import type { CurateConfig } from './config.ts';
import { joinParts } from './engine/pass-files.ts';
import { planPasses } from './engine/passes.ts';
import { runPasses } from './engine/run-passes.ts';
import { type JobRunner, openRunner } from './engine/job-runner.ts';
import { makeRules } from './rules.ts';
import { writeCurationReport } from './report/report.ts';
import type { CurateServices } from './curation-services.ts';

export type CurateContext = {
  config: CurateConfig;
  /** Where the paths in `config` start. */
  projectFolder: string;
  /** examples.jsonl of collect and whatever else makes examples, in this order. */
  examplesPaths: readonly string[];
  /** cost.json of synthesise, where the project has that stage. */
  costPath?: string;
  outputFolder: string;
  /** Kept between interrupted runs with the same config, seed and examples. */
  workFolder: string;
  seed: number;
  /** Synthetic examples are at most this share of what is kept; undefined in a project that makes none. */
  maxSyntheticShare?: number | undefined;
  /** The examples are curated already: only choose among them. */
  choosingOnly?: boolean;
  services?: CurateServices;
  /** Opens what runs so many jobs (default: the threads of this machine). The result is the same whatever it is. */
  openRunner?: (jobs: number) => JobRunner;
  /** Bytes of examples in a job (default 4 MiB at most, less where that makes too few jobs to share). */
  rangeBytes?: number;
  /** Jobs of a reduction (default: by the size of the examples). The result is the same for any number. */
  partitions?: number;
  report: Reporter;
  signal: AbortSignal;
};

/**
 * Writes examples.jsonl, ledger.jsonl, funnel.json and the rules' own reports to the output folder and returns the
 * counts. Memory does not grow with the data, but for a few bytes a record where a rule decides about all at once.
 * Throws AttuneError 'data' when nothing is left.
 */
export async function curate(context: CurateContext): Promise<Record<string, Json>> {
  const { config, seed, projectFolder, maxSyntheticShare, choosingOnly, outputFolder, signal } = context;
  const settings = { config, seed, projectFolder, maxSyntheticShare, choosingOnly };
  const rules = await makeRules(settings);
  const passes = planPasses(rules);
  const done = await runPasses({ services: {}, openRunner, ...context, settings, passes });
  const { rows: funnel, reasons, collected, kept } = done.summary;
  await writeStreamAtomic(join(outputFolder, 'examples.jsonl'), joinParts(done.examples, signal));
  await writeStreamAtomic(join(outputFolder, 'ledger.jsonl'), joinParts(done.ledger, signal));
  for (const report of done.reports) await copyFile(report, join(outputFolder, basename(report)));
  await writeJson(join(outputFolder, 'funnel.json'), funnel);
  if (done.in === 0)
    throw new AttuneError('data', 'there is nothing to curate: collect and synthesise made no examples', {
      fix: 'Check collect.sources, and the reasons in their ledgers (attune show collect, attune show synthesise).',
    });
  if (done.out === 0)
    throw new AttuneError(
      'data',
      `curation left none of ${counted(done.in, 'example')}: ${funnel.flatMap(({ rule, dropped }) => (dropped > 0 ? `${rule} dropped ${dropped}` : [])).join(', ')}`,
      {
        fix: 'Loosen the rules under curate, or check that the sources are what you mean.',
      },
    );
  const { examplesPaths, costPath } = context;
  context.report({ type: 'progress', label: 'curate: write the report', done: 0, unit: 'conversations' });
  await writeCurationReport({
    examplesPaths,
    costPath,
    curateFolder: outputFolder,
    funnel,
    targets: config.funnel,
    reasons,
    collected,
    kept,
    rules,
    signal,
  });
  return { in: done.in, kept: done.out, dropped: done.in - done.out, funnel };
}
