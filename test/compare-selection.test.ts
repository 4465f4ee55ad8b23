/** `attune data compare-selection` with the real stages on a tiny model. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Example } from '../src/data/example.ts';
import type { EvaluationResults } from '../src/evaluate/results.ts';
import type { StageResult } from '../src/pipeline/run.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { runLine } from './support/run-line.ts';
import { writeTinyLlama } from './support/tiny-llama.ts';

const base = await mkdtemp(join(tmpdir(), 'attune-base-'));
before(() => writeTinyLlama(base, { maxPositions: 512 }));

const things = ['parcel', 'invoice', 'refund', 'password', 'address', 'voucher', 'receipt', 'warranty'];
const colours = ['red', 'green', 'blue', 'black', 'white', 'brown', 'grey', 'pink', 'gold', 'beige'];

/** 80, of which every other has an answer of one word, so that quality has something to choose; and 20 of them again. */
function conversations(): string {
  const lines = things.flatMap((thing, t) =>
    colours.map((colour, c) => ({
      id: `${thing}-${colour}`,
      topic: thing,
      messages: [
        {
          role: 'user',
          content: `Where do I find the ${thing} of the ${colour} chair that I bought ${t + 2} days ago?`,
        },
        {
          role: 'assistant',
          content:
            c % 2 === 0
              ? 'Online.'
              : `You find the ${thing} of your ${colour} chair in your account, under orders, page ${c}.`,
        },
      ],
    })),
  );
  const copies = lines.slice(0, 20).map((line) => ({ ...line, id: `${line.id}-again` }));
  return [...lines, ...copies].map((line) => `${JSON.stringify(line)}\n`).join('');
}

async function newProject(curate: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-selection-'));
  await writeFile(join(folder, 'data.jsonl'), conversations());
  const text = `
name: shop
collect:
  sources: [{ jsonl: data.jsonl }]
curate:
${curate}
train:
  base: ${base}
  sequence_length: 256
  max_steps: 3
  evaluate_every: 3
  batch_size: 2
evaluate:
  max_examples: 2
  max_reply_tokens: 4
  bootstrap: { resamples: 2000 }
`;
  await writeFile(join(folder, 'attune.yaml'), text);
  return folder;
}

type Result = {
  type: 'result';
  comparison: string;
  folder: string;
  stages: Record<'random' | 'chosen', StageResult[]>;
};

const examplesIn = async (folder: string, name: string): Promise<Example[]> =>
  (await readFile(join(folder, `${name}.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Example);

const idsIn = async (folder: string, name: string): Promise<string[]> =>
  (await examplesIn(folder, name)).map(({ meta }) => meta.id).sort();

test(
  'both selections are as large, and are tested on what was set aside before',
  { timeout: 600_000 },
  async () => {
    const folder = await newProject('  funnel: { quality: 0.3, diversity: 0.25, at_least: 4 }');
    const { exit, json, err } = await runLine(folder, 'data compare-selection --json', stages);
    assert.equal(exit, 0, err);
    const result = json.at(-1) as Result;
    const splitOf = (side: 'random' | 'chosen'): StageResult =>
      result.stages[side].find(({ stage }) => stage === 'split')!;
    const [random, chosen] = [splitOf('random'), splitOf('chosen')];

    // A quarter of the 100 collected would be left, and 80 % of it trained on: 20 of the 64 that the rules leave to train on.
    const trained = {
      random: await idsIn(random.folder, 'train'),
      chosen: await idsIn(chosen.folder, 'train'),
    };
    assert.equal(trained.random.length, 20);
    assert.equal(trained.chosen.length, 20);
    assert.notDeepEqual(trained.random, trained.chosen);
    const short = async (of: string): Promise<number> =>
      (await examplesIn(of, 'train')).filter(({ messages }) => messages.at(-1)!.content === 'Online.').length;
    assert.equal(await short(chosen.folder), 0);
    assert.ok((await short(random.folder)) > 2);

    for (const name of ['validation', 'test']) {
      const held = await idsIn(chosen.folder, name);
      assert.deepEqual(await idsIn(random.folder, name), held);
      assert.equal(held.length, 8);
      for (const ids of Object.values(trained)) assert.ok(ids.every((id) => !held.includes(id)));
    }
    const untouched = (await examplesIn(chosen.folder, 'test')).map(
      ({ messages }) => messages.at(-1)!.content,
    );
    assert.ok(
      untouched.includes('Online.'),
      'the test stands for all conversations, not for the chosen ones',
    );

    assert.match(
      result.comparison,
      /^Trained on 20 of 64 conversations that were chosen \([\d,]+ tokens in 3 steps\)/,
    );
    const results = JSON.parse(
      await readFile(join(result.folder, 'evaluation_results.json'), 'utf8'),
    ) as EvaluationResults;
    assert.deepEqual(results.names, { base: 'random', tuned: 'chosen' });
    assert.equal(results.counts.test_conversations, 8);
    assert.notEqual(results.metrics.perplexity!.difference.value, 0);
    assert.equal(results.metrics.perplexity!.difference.interval!.length, 2);
    const page = await readFile(join(result.folder, 'report.html'), 'utf8');
    assert.match(page, /<th scope="col">Random<\/th>\s*<th scope="col">Chosen<\/th>/);
    assert.match(page, /repeat with another seed/);
    assert.doesNotMatch(page, />(?:base|tuned)\b/i);

    const again = await runLine(folder, 'data compare-selection', stages);
    assert.equal(again.exit, 0, again.err);
    assert.match(again.out, /random +chosen +difference +95% interval[^]*Perplexity [^]*Report: /);
    const once = await runLine(folder, 'data compare-selection --json', stages);
    const { stages: reused } = once.json.at(-1) as Result;
    assert.ok([...reused.random, ...reused.chosen].every((stage) => stage.reused));
    assert.equal(reused.random[0]!.artifact, reused.chosen[0]!.artifact, 'collect is made once');
    assert.equal(reused.random[1]!.artifact, reused.chosen[1]!.artifact, 'and so is what cleans');
  },
);

test('a project that keeps everything has nothing to compare', { timeout: 600_000 }, async () => {
  const folder = await newProject('  funnel: { at_least: 2000 }');
  const { exit, err } = await runLine(folder, 'data compare-selection', stages);
  assert.notEqual(exit, 0);
  assert.match(err, /nothing is chosen: all 64 clean conversations[^]*curate\.funnel\.at_least/);
});

test('a budget alone is no choice, and counts in both', { timeout: 600_000 }, async () => {
  const folder = await newProject('  funnel: { at_least: 2000 }\n  budget: { examples: 40 }');
  const { exit, err } = await runLine(folder, 'data compare-selection', stages);
  assert.notEqual(exit, 0);
  assert.match(err, /nothing is chosen/);
});
