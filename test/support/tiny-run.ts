/**
 * A run in a process of its own: `node tiny-run.ts FOLDER STEPS`. With `kill 7` behind that it kills itself before its
 * seventh change of a file, with `interrupt 7` it gets a Ctrl-C after its seventh event.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { runPipeline } from '../../src/pipeline/run.ts';
import { tinyProject, tinyStages } from './tiny-pipeline.ts';

const [folder = '', steps, how, at] = process.argv.slice(2);
let changes = 0;
let events = 0;

function countChanges<A extends unknown[], R>(change: (...parameters: A) => R): (...parameters: A) => R {
  return (...parameters) => {
    if (++changes === Number(at)) process.kill(process.pid, 'SIGKILL');
    return change(...parameters);
  };
}

if (how === 'kill') {
  const { open, mkdir, rename, link, rm, writeFile, appendFile } = files;
  const changing = { open, mkdir, rename, link, rm, writeFile, appendFile };
  for (const [name, change] of Object.entries(changing))
    Object.assign(files, { [name]: countChanges(change as (...parameters: unknown[]) => unknown) });
  syncBuiltinESMExports();
}
const controller = new AbortController();
process.on('SIGINT', () => controller.abort());
const project = await tinyProject({ train: { steps: Number(steps), rate: 0.1 } }, folder);
const result = await runPipeline(project, tinyStages, {
  report: (event) => {
    process.stdout.write(JSON.stringify(event) + '\n');
    if (how === 'interrupt' && ++events === Number(at)) process.kill(process.pid, 'SIGINT');
  },
  signal: controller.signal,
}).catch((error: unknown) => {
  process.stdout.write(
    JSON.stringify({ type: 'error', code: (error as { code?: string }).code, message: String(error) }) + '\n',
  );
  process.exit(9);
});
process.stdout.write(JSON.stringify(result) + '\n');
