/** A run in a process of its own, to be killed: `node tiny-run.ts FOLDER STEPS STEP_MS`. */
import { runPipeline } from '../../src/pipeline/run.ts';
import { tinyProject, tinyStages } from './tiny-pipeline.ts';

const [folder = '', steps, stepMs] = process.argv.slice(2);
const controller = new AbortController();
process.on('SIGINT', () => controller.abort());
const project = await tinyProject(
  { train: { steps: Number(steps), rate: 0.1, stepMs: Number(stepMs) } },
  folder,
);
const result = await runPipeline(project, tinyStages, {
  report: (event) => process.stdout.write(JSON.stringify(event) + '\n'),
  signal: controller.signal,
}).catch((error: unknown) => {
  process.stdout.write(
    JSON.stringify({ type: 'error', code: (error as { code?: string }).code, message: String(error) }) + '\n',
  );
  process.exit(9);
});
process.stdout.write(JSON.stringify(result) + '\n');
