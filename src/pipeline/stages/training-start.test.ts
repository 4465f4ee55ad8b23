import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseProject } from '../load-project.ts';
import { startAdapter, startFiles } from './training-start.ts';

const golden = fileURLToPath(new URL('../../../test/golden/engine', import.meta.url));

test('the files of an adapter to go on from are sources of the stage, beside those of the base', async () => {
  const project = (train: string): ReturnType<typeof parseProject> =>
    parseProject(
      `name: shop\ncollect:\n  sources:\n    - jsonl: d.jsonl\ntrain:\n  max_steps: 1\n${train}`,
      'x',
    );
  const fresh = await startFiles(project(''), golden);
  const goingOn = project('  adapter: lora-start\n');
  const all = await startFiles(goingOn, golden);
  assert.deepEqual(
    all.filter((file) => !fresh.includes(file)).map((file) => basename(file)),
    ['adapter_config.json', 'adapter_model.safetensors'],
  );
  assert.deepEqual(startAdapter(goingOn, golden), { adapter: `${golden}/lora-start` });
});
