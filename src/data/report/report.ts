/** What curation did, as data: report.json, and what report.html shows. */
import { join } from 'node:path';
import { writeFileAtomic, writeJson } from '../../base/files.ts';
import type { Json } from '../../base/json.ts';
import { loadLanguageDetector } from '../../text/language.ts';
import type { FunnelConfig } from '../config/diversity.ts';
import type { ReasonTally } from '../engine/job-summary.ts';
import type { FunnelRow } from '../engine/tally.ts';
import type { Example } from '../example.ts';
import type { Rule } from '../rule.ts';
import { type ReportInputs, readInputs } from './inputs.ts';
import { type LevelReport, levelsOf } from './levels.ts';
import { curationPage } from './page.ts';
import { pickExamples } from './pick-lines.ts';
import type { Profile } from './profile.ts';
import { withTexts } from './reasons.ts';
import { countScores } from './scores.ts';

export type ReasonExample = {
  id: string;
  place?: string;
  reason: string;
  /** Personal data masked; cut around the first difference. Absent where a rule looks at all records at once. */
  before?: string;
  after?: string;
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
  reasons: ReasonReport[];
  /** Languages of a sample of what was collected, as few sources name them. */
  languageSample: { records: number; languages: Record<string, number> };
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

const sampledLanguages = 10_000;

/**
 * Writes report.json and report.html beside what curation wrote. Goes through the ledger and the collected records once
 * more, of which it parses few; memory holds the ids of those that were kept.
 */
export async function writeCurationReport(context: ReportContext): Promise<void> {
  const { examplesPaths, curateFolder, costPath, funnel, targets, collected, kept, rules, signal } = context;
  await countScores(join(curateFolder, 'ledger.jsonl'), { collected, kept, signal });
  const languageSample = await sampleLanguages(examplesPaths, collected.records, signal);
  const reasons = await withTexts(context.reasons, { examplesPaths, rules, signal });
  const report: CurationReport = {
    formatVersion: 1,
    collected,
    kept,
    funnel,
    levels: levelsOf(funnel, targets),
    reasons,
    languageSample,
    ...(await readInputs(curateFolder, costPath)),
  };
  await writeJson(join(curateFolder, 'report.json'), report as unknown as Json);
  await writeFileAtomic(join(curateFolder, 'report.html'), curationPage('Curation', report));
}

/** Tells the language of records that are evenly spread over what came in. */
async function sampleLanguages(
  paths: readonly string[],
  total: number,
  signal: AbortSignal,
): Promise<CurationReport['languageSample']> {
  const detect = await loadLanguageDetector();
  const every = Math.max(1, Math.ceil(total / sampledLanguages));
  const sample = { records: 0, languages: {} as Record<string, number> };
  let index = 0;
  for (const path of paths)
    for await (const example of pickExamples(path, () => index++ % every === 0, signal)) {
      const language = example.meta.language ?? detect(textOf(example)) ?? 'unknown';
      sample.records += 1;
      sample.languages[language] = (sample.languages[language] ?? 0) + 1;
    }
  return sample;
}

function textOf({ messages }: Example): string {
  return messages
    .filter(({ role }) => role === 'user' || role === 'assistant')
    .map(({ content }) => content)
    .join('\n');
}
