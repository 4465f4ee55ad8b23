import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import type { EvaluationResults } from '../results.ts';
import { readFunnel, readLossCurve } from './inputs.ts';
import { markdownReport } from './markdown.ts';
import { htmlReport } from './page.ts';

export type ReportFiles = {
  title?: string;
  trainingMetricsFile?: string;
  funnelFile?: string;
  outputFolder: string;
};

/** Writes report.html and report.md into the output folder; a missing loss curve or funnel is left out. */
export async function writeReport(results: EvaluationResults, files: ReportFiles): Promise<void> {
  const title = files.title ?? 'Evaluation';
  const inputs = {
    curve: await readLossCurve(files.trainingMetricsFile),
    funnel: await readFunnel(files.funnelFile),
  };
  await writeFileAtomic(join(files.outputFolder, 'report.html'), htmlReport(title, results, inputs));
  await writeFileAtomic(join(files.outputFolder, 'report.md'), markdownReport(title, results, inputs));
}
