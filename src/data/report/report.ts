/** What curation did, as data: report.json, and what report.html shows. */
import { join } from 'node:path';
import { writeFileAtomic, writeJson } from '../../base/files.ts';
import type { Json } from '../../base/json.ts';
import { loadLanguageDetector } from '../../text/language.ts';
import type { FunnelRow } from '../engine/tally.ts';
import type { Example } from '../example.ts';
import { readExamples } from '../read-examples.ts';
import type { Rule } from '../rule.ts';
import { type ReportInputs, readInputs } from './inputs.ts';
import { reportPage } from './page.ts';
import { addToProfile, emptyProfile, type Profile } from './profile.ts';
import { addTexts, readReasons } from './reasons.ts';

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
  rules: readonly Rule[];
};

const sampledLanguages = 10_000;

/** Writes report.json and report.html beside what curation wrote. Reads every file once more, in bounded memory but for the ids. */
export async function writeCurationReport(context: ReportContext): Promise<void> {
  const { examplesPaths, curateFolder, costPath, funnel, rules } = context;
  const [collected, kept] = [emptyProfile(), emptyProfile()];
  const keptIds = new Set<string>();
  for await (const example of readExamples(join(curateFolder, 'examples.jsonl'))) {
    addToProfile(kept, example);
    keptIds.add(example.meta.id);
  }
  const languages = await profileCollected(examplesPaths, collected, funnel[0]?.in ?? 0);
  const reasons = await readReasons(join(curateFolder, 'ledger.jsonl'), { collected, kept }, (id) =>
    keptIds.has(id),
  );
  await addTexts(reasons, examplesPaths, rules);
  const report: CurationReport = {
    formatVersion: 1,
    collected,
    kept,
    funnel,
    reasons,
    languageSample: languages,
    ...(await readInputs(curateFolder, costPath)),
  };
  await writeJson(join(curateFolder, 'report.json'), report as unknown as Json);
  await writeFileAtomic(join(curateFolder, 'report.html'), reportPage('Curation', report));
}

/** Counts what came in, and tells the language of records that are evenly spread over it. */
async function profileCollected(
  paths: readonly string[],
  collected: Profile,
  total: number,
): Promise<CurationReport['languageSample']> {
  const detect = await loadLanguageDetector();
  const every = Math.max(1, Math.ceil(total / sampledLanguages));
  const sample = { records: 0, languages: {} as Record<string, number> };
  let index = 0;
  for (const path of paths)
    for await (const example of readExamples(path)) {
      addToProfile(collected, example);
      if (index++ % every !== 0) continue;
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
