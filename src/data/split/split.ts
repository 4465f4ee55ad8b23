/** The stage split: whole conversations, near-duplicates together, into train, validation and test. */
import { counted, formatCount } from '../../base/number-text.ts';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../base/files.ts';
import type { Json } from '../../base/json.ts';
import { uniteSets } from '../../base/union-find.ts';
import { readLineBatches } from '../../formats/lines.ts';
import { writeStreamAtomic } from '../../formats/write-stream.ts';
import { assignAtRandom, assignByTime, type Assigned, type SplitName, splitNames } from './assign.ts';
import type { BenchmarkIndex } from '../benchmarks/overlap.ts';
import { openBenchmarks } from '../benchmarks/open.ts';
import { checkSplit, leak, type SimilarPair, type SplitCheck } from './split-check.ts';
import type { SplitContext } from './split-context.ts';
import type { SplitConfig } from '../config/split.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { scanForPii } from '../pii/final-scan.ts';
import { ownLineLimitBytes } from '../read-examples.ts';
import { groupUnits, type SplitUnit } from './group-units.ts';
import { writeSplitLedger } from './ledger.ts';
import { placeByRealMembers } from './synthetic.ts';
import { readUnits, type Units } from './read-units.ts';

/** Past this share of examples without a date there is no order of time to speak of. */
const mostUndated = 0.05;
/** Each attempt keeps what the last one parted together, so a second is rare and a third has not been seen. */
const mostAttempts = 10;

/**
 * Writes train.jsonl, validation.jsonl, test.jsonl, split.json (counts by stratum, what was checked) and, where there are
 * benchmarks, the split is by time, or a synthetic example is left out, ledger.jsonl; returns the counts. Depends on the examples and the seed, not on
 * their order. Throws AttuneError 'data' when a split would be empty, when a split by time finds too few dates or
 * only one, when `checkSplit` finds a conversation or a content in two splits, and when a structured piece of personal data is
 * left.
 */
export async function split(context: SplitContext): Promise<Record<string, Json>> {
  const { config, outputFolder, projectFolder, seed } = context;
  const benchmarks = await openBenchmarks(config, projectFolder);
  const all = await readUnits(context, benchmarks);
  if (config.by === 'time') refuseWithoutOrder(datable(config, all.units));
  const { assigned, groups, checked } = await placeUnits(context, all, benchmarks);
  const counts = countSplits(all.units, assigned);
  const synthetic = all.units.filter((unit) => unit.synthetic === true).length;
  const leftOut = assigned.filter((name, i) => name === undefined && !all.overlaps.has(i)).length;
  if (benchmarks || config.by === 'time' || leftOut > 0)
    await writeSplitLedger(context, { assigned, overlaps: all.overlaps });
  const files = splitNames.map((name) => ({ name, path: join(outputFolder, `${name}.jsonl`) }));
  const personalData = await scanForPii(files, context.pii, context.signal);
  const summary = {
    examples: all.units.length,
    ...counts.total,
    by: config.by,
    stratify: config.stratify,
    groups,
    ...(config.by === 'time' && { undated: datable(config, all.units).filter(isUndated).length }),
    ...(synthetic > 0 && { synthetic, synthetic_left_out: leftOut }),
    ...(benchmarks && {
      benchmark_texts: benchmarks.texts,
      left_out_for_benchmarks: assigned.filter((name, i) => name === undefined && all.overlaps.has(i)).length,
    }),
  };
  await writeJson(join(outputFolder, 'split.json'), {
    ...summary,
    seed,
    checked,
    personalData,
    strata: counts.strata,
  });
  return { ...summary, strata: Object.keys(counts.strata).length };
}

/**
 * Assigns and writes, and looks at what was written. Sketches find nearly all near-duplicates; where the exact search
 * finds a pair that they missed in two splits, the two are kept together and the splits made once more.
 */
async function placeUnits(
  context: SplitContext,
  { units, overlaps, similar }: Units,
  benchmarks: BenchmarkIndex | undefined,
): Promise<{ assigned: Assigned; groups: number; checked: SplitCheck }> {
  const { config, outputFolder, seed, signal } = context;
  let parted: SimilarPair[] = [];
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const groups = groupUnits(units, similar);
    const placed = placeByRealMembers(units, groups, {
      synthetic: config.synthetic,
      place: (some) =>
        config.by === 'time' ? assignByTime(some, config) : assignAtRandom(some, config, seed),
    });
    const assigned = placed.map((name, i) => (name === 'train' && overlaps.has(i) ? undefined : name));
    refuseEmpty(countSplits(units, assigned).total, units.length);
    await writeSplits(context, assigned);
    const result = await checkSplit(outputFolder, {
      similarity: config.similarity,
      by: config.by,
      ...(benchmarks && { benchmarks }),
      signal,
    });
    if (result.similar.length === 0) return { assigned, groups: groups.length, checked: result.checked };
    parted = result.similar;
    const numberOf = new Map(units.map(({ id }, i) => [id, i]));
    for (const { ids } of parted) uniteSets(similar, numberOf.get(ids[0])!, numberOf.get(ids[1])!);
  }
  const { ids, splits, similarity } = parted[0]!;
  throw leak(
    `${ids[0]} in ${splits[0]} is nearly the same as ${ids[1]} in ${splits[1]} (similarity ${similarity.toFixed(2)})`,
  );
}

async function writeSplits(
  { examplesPath, outputFolder, report, signal }: SplitContext,
  assigned: Assigned,
): Promise<void> {
  for (const [i, name] of splitNames.entries()) {
    await writeStreamAtomic(
      join(outputFolder, `${name}.jsonl`),
      linesOf(name, assigned, examplesPath, signal),
    );
    report({ type: 'progress', label: 'split', done: i + 1, total: splitNames.length, unit: 'splits' });
  }
}

/** The lines of one split, as they stand in the file of all. */
async function* linesOf(
  name: SplitName,
  assigned: Assigned,
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
  assigned: Assigned,
): { total: Counts; strata: Record<string, Counts> } {
  const total: Counts = { train: 0, validation: 0, test: 0 };
  const strata = new Map<string, Counts>();
  units.forEach(({ stratum }, i) => {
    let counts = strata.get(stratum);
    if (!counts) strata.set(stratum, (counts = { train: 0, validation: 0, test: 0 }));
    const name = assigned[i];
    if (name === undefined) return;
    total[name] += 1;
    counts[name] += 1;
  });
  return { total, strata: Object.fromEntries([...strata].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function refuseEmpty(total: Counts, examples: number): void {
  const empty = splitNames.filter((name) => total[name] === 0);
  if (empty.length === 0) return;
  const shown = splitNames.map((name) => `${name} ${total[name]}`).join(', ');
  throw new AttuneError(
    'data',
    `${counted(examples, 'example leaves', 'examples leave')} nothing for ${empty.join(' and ')} (${shown})`,
    {
      fix: 'Collect more conversations, loosen the rules under curate, or raise the share under split.',
    },
  );
}

const isUndated = ({ time }: SplitUnit): boolean => time === undefined;

/** The units that a split by time needs the dates of: nobody knows when a synthetic example was. */
function datable({ synthetic }: SplitConfig, units: readonly SplitUnit[]): SplitUnit[] {
  return units.filter((unit) => synthetic === 'everywhere' || unit.synthetic !== true);
}

function refuseWithoutOrder(units: readonly SplitUnit[]): void {
  const undated = units.filter(isUndated);
  if (undated.length <= mostUndated * units.length) {
    refuseOneDate(units);
    return;
  }
  const shown = undated.slice(0, 3).map(({ id }) => id);
  throw new AttuneError(
    'data',
    `split.by is time, but ${formatCount(undated.length)} of ${counted(units.length, 'example')} have no date in meta.createdAt (${shown.join(', ')}, ...)`,
    {
      fix: 'Give the records a date in created_at, as ISO 8601 (a CSV names its column under collect.sources[].columns), or set split.by to random.',
    },
  );
}

/** Where all have one date, such as that of an export, nothing is older than what is tested on. */
function refuseOneDate(units: readonly SplitUnit[]): void {
  const times = new Set(units.flatMap(({ time }) => (time === undefined ? [] : [time])));
  if (units.length === 1 || times.size !== 1) return;
  throw new AttuneError(
    'data',
    `split.by is time, but all ${counted(units.length, 'example')} have the same date in meta.createdAt (${new Date([...times][0]!).toISOString()})`,
    {
      fix: 'Give the records the date of the conversation, not that of the export, or set split.by to random.',
    },
  );
}
