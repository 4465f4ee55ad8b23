import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadProject } from '../../src/pipeline/load-project.ts';

test('the variants differ from the demo in what follows the split, so that one test split measures them all', async () => {
  const [demo, dpo, orpo] = await Promise.all(
    ['attune.yaml', 'attune.dpo.yaml', 'attune.orpo.yaml'].map(
      async (file) => (await loadProject(join(import.meta.dirname, file))).config,
    ),
  );
  for (const variant of [dpo!, orpo!])
    for (const section of ['seed', 'collect', 'curate', 'split', 'train', 'export', 'evaluate'] as const)
      assert.deepEqual(variant[section], demo![section], section);
  assert.deepEqual([demo!.align, dpo!.align?.objective, orpo!.align?.objective], [undefined, 'dpo', 'orpo']);
  assert.equal(new Set([demo, dpo, orpo].map((config) => config!.register.name ?? config!.name)).size, 3);
});
