/** Runs a project's stages in this process, to be killed: `node pipeline-run.ts <folder> <last stage>`. */
import { join } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { loadProject } from '../../src/pipeline/load-project.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import type { StageName } from '../../src/pipeline/stage.ts';
import { stages } from '../../src/pipeline/stages/all-stages.ts';

const [folder, until] = process.argv.slice(2) as [string, StageName];
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
try {
  const project = await loadProject(join(folder, 'attune.yaml'));
  await runPipeline(project, stages, { until, report: () => {}, signal: controller.signal });
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = error instanceof AttuneError && error.code === 'interrupted' ? 9 : 1;
}
