/** What curation did, as data: report.json, and what report.html shows. */
import { join } from 'node:path';
import { writeFileAtomic, writeJson } from '../../base/files.ts';
import type { Json } from '../../base/json.ts';
import { loadLanguageDetector } from '../../text/language.ts';
import type { FunnelConfig } from '../config/diversity.ts';
import { moodOf, sentiment } from '../diversity/sentiment.ts';
import type { ReasonTally } from '../engine/job-summary.ts';
import type { FunnelRow } from '../engine/funnel-row.ts';
import { readConversation } from '../quality/reading.ts';
import type { Rule } from '../rule.ts';
import { spokenText } from '../spoken-text.ts';
import { type ReportInputs, readInputs } from './inputs.ts';
import { type LevelReport, levelsOf } from './levels.ts';
import { curationPage } from './page.ts';
import { pickExamples } from './pick-lines.ts';
import { emptyCounts, nameCommonest, type Profile } from './profile.ts';
import { withTexts } from './reasons.ts';
import { countScores } from './scores.ts';

export type ReasonExample = {
  id: string;
  place?: string;
  reason: string;
  /** Personal data masked; cut around the first difference. Absent where a rule looks at all records at once. */
  before?: string;
  after?: string;
  /** What customer and agent said, where no text was changed by looking at this record alone. */
  said?: string;
};

export type ReasonReport = {
  rule: string;
  action: 'changed' | 'dropped';
  kind: string;
  count: number;
  examples: ReasonExample[];
};

export type CurationReport = ReportInputs & {
  formatVersion: 1;
  collected: Profile;
  kept: Profile;
  funnel: readonly FunnelRow[];
  levels: LevelReport[];
  /** Quality and diversity never choose fewer records. */
  atLeast: number;
  reasons: ReasonReport[];
  /** Languages and moods of a sample of what was collected, as few sources name them. */
  collectedSample: {
    records: number;
    language: Record<string, number>;
    sentiment: Record<string, number>;
  };
  /** What was said in the near-duplicates that are shown, by id. */
  said: Record<string, string>;
};

export type ReportContext = {
  /** What curation read, and the folder that it wrote. */
  examplesPaths: readonly string[];
  curateFolder: string;
  /** cost.json of synthesise, where the project has that stage. */
  costPath?: string;
  funnel: readonly FunnelRow[];
  /** What the levels of curation aim at. */
  targets: FunnelConfig;
  reasons: readonly ReasonTally[];
  /** Without the scores, which are counted here. */
  collected: Profile;
  kept: Profile;
  rules: readonly Rule[];
  signal: AbortSignal;
};

const sampledRecords = 10_000;
/** Clusters of near-duplicates whose texts are shown. */
const shownClusters = 15;

/**
 * Writes report.json and report.html beside what curation wrote. Goes through the ledger and the collected records once
 * more, of which it parses few; memory holds the ids of those that were kept.
 */
export async function writeCurationReport(context: ReportContext): Promise<void> {
  const { examplesPaths, curateFolder, costPath, funnel, targets, collected, kept, rules, signal } = context;
  await countScores(join(curateFolder, 'ledger.jsonl'), { collected, kept, signal });
  nameCommonest(collected, kept);
  const collectedSample = await sampleCollected(examplesPaths, collected.records, signal);
  const inputs = await readInputs(curateFolder, costPath);
  const duplicates = (inputs.nearDuplicates?.shown ?? []).slice(0, shownClusters);
  const shownIds = duplicates.flatMap(({ keeper, members }) => [keeper.id, members.at(-1)!.id]);
  const curatedPath = join(curateFolder, 'examples.jsonl');
  const texts = await withTexts(context.reasons, shownIds, { examplesPaths, curatedPath, rules, signal });
  const report: CurationReport = {
    formatVersion: 1,
    collected,
    kept,
    funnel,
    levels: levelsOf(funnel, targets),
    atLeast: targets.at_least,
    ...texts,
    collectedSample,
    ...inputs,
  };
  await writeJson(join(curateFolder, 'report.json'), report as unknown as Json);
  await writeFileAtomic(join(curateFolder, 'report.html'), curationPage('Curation', report));
}

/** Tells language and mood of records that are evenly spread over what came in. */
async function sampleCollected(
  paths: readonly string[],
  total: number,
  signal: AbortSignal,
): Promise<CurationReport['collectedSample']> {
  const detect = await loadLanguageDetector();
  const every = Math.max(1, Math.ceil(total / sampledRecords));
  const sample: CurationReport['collectedSample'] = {
    records: 0,
    language: emptyCounts(),
    sentiment: emptyCounts(),
  };
  let index = 0;
  for (const path of paths)
    for await (const example of pickExamples(path, () => index++ % every === 0, signal)) {
      const language = example.meta.language ?? detect(spokenText(example));
      sample.records += 1;
      addOne(sample.language, language ?? 'unknown');
      const asked = readConversation(example).turns.filter(({ role }) => role === 'user');
      const mood = sentiment(
        asked.map(({ words }) => words),
        language,
      );
      addOne(sample.sentiment, mood === undefined ? 'unknown' : moodOf(mood));
    }
  return sample;
}

function addOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
