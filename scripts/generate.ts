/**
 * Makes the files that follow from the code: the JSON Schema of the project file and the reference pages.
 * `node scripts/generate.ts` writes them; with `--check` it only tells which are stale, and fails if one is.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCodesReference } from '../src/cli/errors.ts';
import { buildProgram } from '../src/cli/program.ts';
import { commandReference } from '../src/cli/command-reference.ts';
import { configurationReference } from '../src/pipeline/configuration-reference.ts';
import { trainingReference } from '../src/pipeline/training-reference.ts';
import { projectJsonSchema } from '../src/pipeline/schema.ts';
import { silentIo } from './silent-io.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

const files: Record<string, string> = {
  'attune.yaml.schema.json': JSON.stringify(projectJsonSchema(), null, 2) + '\n',
  'docs/reference/configuration.md': configurationReference(projectJsonSchema()),
  'docs/reference/training.md': trainingReference(projectJsonSchema()),
  'docs/reference/cli.md': commandReference(buildProgram(silentIo)),
  'docs/reference/exit-codes.md': exitCodesReference(),
};

for (const [path, text] of Object.entries(files)) {
  const full = join(root, path);
  if ((await readFile(full, 'utf8').catch(() => undefined)) === text) continue;
  if (check) {
    console.error(`${path} is stale; run \`node scripts/generate.ts\` and commit it`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    console.error(`wrote ${path}`);
  }
}
