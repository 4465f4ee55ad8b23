/** The stage split: whole conversations into train, validation and test, every topic in proportion. */
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeJson } from '../base/files.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { readLineBatches } from '../formats/lines.ts';
import { writeStreamAtomic } from '../formats/write-stream.ts';
import { assignSplits, type SplitName, type SplitUnit, splitNames } from './assign-splits.ts';
import { checkSplit } from './check-split.ts';
import type { PiiConfig } from './config/pii.ts';
import type { SplitConfig } from './config/split.ts';
import { contentKey } from './content-key.ts';
import { throwIfInterrupted } from './interrupt.ts';
import { scanForPii } from './pii/scan.ts';
import { ownLineLimitBytes, readExamples } from './read-examples.ts';

export type SplitContext = {
  config: SplitConfig;
  /** What curate was told about personal data: none of it is left in a split. */
  pii: PiiConfig;
  /** examples.jsonl of curate. */
  examplesPath: string;
  outputFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

/**
 * Writes train.jsonl, validation.jsonl, test.jsonl and split.json (counts by stratum) and returns the counts. Depends on
 * the examples and the seed, not on their order. Throws AttuneError 'data' when a split would be empty, and when
 * `checkSplit` finds a conversation or a content in two splits, or a structured piece of personal data is left.
 */
export async function split(context: SplitContext): Promise<Record<string, Json>> {
  const { config, examplesPath, outputFolder, seed, report, signal } = context;
  const units: SplitUnit[] = [];
  for await (const { meta, messages } of readExamples(examplesPath)) {
    throwIfInterrupted(signal);
    const stratum = String(meta[config.stratify] ?? '');
    units.push({
      id: meta.id,
      conversation: meta.conversation ?? meta.id,
      content: contentKey(messages),
      stratum,
    });
  }
  const assigned = assignSplits(units, config, seed);
  const counts = countSplits(units, assigned);
  refuseEmpty(counts.total, units.length);
  for (const name of splitNames) {
    await writeStreamAtomic(
      join(outputFolder, `${name}.jsonl`),
      linesOf(name, assigned, examplesPath, signal),
    );
    report({
      type: 'progress',
      label: 'split',
      done: splitNames.indexOf(name) + 1,
      total: 3,
      unit: 'splits',
    });
  }
  const checked = await checkSplit(outputFolder);
  const files = splitNames.map((name) => ({ name, path: join(outputFolder, `${name}.jsonl`) }));
  const personalData = await scanForPii(files, context.pii, signal);
  const summary = { examples: units.length, ...counts.total, stratify: config.stratify };
  await writeJson(join(outputFolder, 'split.json'), {
    ...summary,
    seed,
    checked,
    personalData,
    strata: counts.strata,
  });
  return { ...summary, strata: Object.keys(counts.strata).length };
}

/** The lines of one split, as they stand in the file of all. */
async function* linesOf(
  name: SplitName,
  assigned: readonly SplitName[],
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let i = 0;
  for await (const batch of readLineBatches(path, { maxLineBytes: ownLineLimitBytes })) {
    throwIfInterrupted(signal);
    if (batch.kind === 'oversized')
      throw new Error(`${path}, line ${batch.line}: longer than its own reader allows`);
    const lines = batch.text.split('\n').slice(0, -1);
    const first = i;
    i += lines.length;
    const chosen = lines.filter((_, k) => assigned[first + k] === name);
    if (chosen.length > 0) yield Buffer.from(`${chosen.join('\n')}\n`);
  }
}

type Counts = Record<SplitName, number>;

function countSplits(
  units: readonly SplitUnit[],
  assigned: readonly SplitName[],
): { total: Counts; strata: Record<string, Counts> } {
  const total: Counts = { train: 0, validation: 0, test: 0 };
  const strata = new Map<string, Counts>();
  units.forEach(({ stratum }, i) => {
    let counts = strata.get(stratum);
    if (!counts) strata.set(stratum, (counts = { train: 0, validation: 0, test: 0 }));
    total[assigned[i]!] += 1;
    counts[assigned[i]!] += 1;
  });
  return { total, strata: Object.fromEntries([...strata].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function refuseEmpty(total: Counts, examples: number): void {
  const empty = splitNames.filter((name) => total[name] === 0);
  if (empty.length === 0) return;
  const shown = splitNames.map((name) => `${name} ${total[name]}`).join(', ');
  throw new AttuneError('data', `${examples} examples leave nothing for ${empty.join(' and ')} (${shown})`, {
    fix: 'Collect more conversations, loosen the rules under curate, or raise the share under split.',
  });
}
