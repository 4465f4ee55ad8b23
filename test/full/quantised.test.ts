/**
 * A base that Attune quantised is loaded by transformers and bitsandbytes as one of theirs, with an adapter of PEFT on
 * it, and means the same there. Needs Python; run with `npm run test:full`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/base/random.ts';
import { loadAdapter } from '../../src/model/model-folder.ts';
import { loadQuantisedBase } from '../../src/model/quantised-base.ts';
import { scoreExamples } from '../../src/model/score-examples.ts';
import { Reference, referenceMissing } from './reference.ts';

const golden = fileURLToPath(new URL('../golden/engine/', import.meta.url));
const skip = referenceMissing();
const reference = new Reference();
after(() => reference.close());

for (const [type, double] of [
  ['nf4', true],
  ['fp4', false],
] as const)
  test(`${type}${double ? ', double' : ''}: the folder scores the same there`, { skip }, async () => {
    const cache = await mkdtemp(join(tmpdir(), 'attune-quantised-'));
    try {
      const { signal } = new AbortController();
      const loading = loadQuantisedBase(
        `${golden}tiny-llama`,
        { type, double },
        { cacheFolder: cache, signal },
      );
      let step = await loading.next();
      while (!step.done) step = await loading.next();
      const base = step.value;
      const adapterFolder = `${golden}lora-start`;
      const model = { ...base, adapter: await loadAdapter(base, adapterFolder) };
      const random = seededRandom(9, 'sequences');
      const sequences = [24, 9, 17].map((length) => Array.from({ length }, () => random.integer(128)));
      const examples = sequences.map((tokens, i) => ({
        id: `${i}`,
        tokens: Int32Array.from(tokens),
        supervised: Uint8Array.from(tokens, (_, place) => Number(place > 0)),
      }));
      const ours = await scoreExamples(model, examples, { threads: 1 });
      const [name] = await readdir(join(cache, 'quantised'));
      const folders = { base: join(cache, 'quantised', name!), adapter: adapterFolder };
      for (const [s, { logProbabilities }] of (await reference.scores(folders, sequences)).entries())
        for (const [i, value] of logProbabilities.entries())
          assert.ok(Math.abs(value - ours[s]!.logProbabilities[i]!) < 1e-3, `sequence ${s}, token ${i + 1}`);
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });
