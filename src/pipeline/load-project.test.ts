import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { AttuneError } from '../base/errors.ts';
import { loadProject, parseProject } from './load-project.ts';
import { editDistance, nearest } from './nearest.ts';
import { configurationReference } from './configuration-reference.ts';
import { allowedKeys, projectJsonSchema } from './schema.ts';
import { trainingReference } from './training-reference.ts';

const minimal = 'name: shop\ncollect:\n  sources:\n    - jsonl: data.jsonl\n';

/** The settings of a section, as a message lists them. */
function allowed(...section: string[]): string {
  return allowedKeys(projectJsonSchema(), section).join(', ');
}

/** The message of the error that `text` gives. */
function problems(text: string): string {
  try {
    parseProject(text, 'attune.yaml');
  } catch (error) {
    assert.ok(error instanceof AttuneError && error.code === 'config', String(error));
    return error.message;
  }
  return 'no error';
}

test('a minimal file gets every default', () => {
  const config = parseProject(minimal, 'attune.yaml');
  assert.equal(config.seed, 7);
  assert.equal(config.train.batch_size, 8);
  assert.equal(config.register.alias, 'champion');
});

test('each problem is told with line, column, value, what is allowed and the nearest spelling, all at once', () => {
  const text = `name: My Shop
seeed: 3
collect:
  sources:
    - jsonl: data.jsonl
      format: sharegtp
train:
  schedule: cosin
  lora:
    rnk: 8
    dropout: 2
  epochs: "3"
  rank: 4
curate:
  deduplicate:
    exact: yes
`;
  assert.equal(
    problems(text),
    `attune.yaml has 9 problems
  attune.yaml:1:7  name: found "My Shop", expected lower-case letters, digits, "-", "_" and ".", at most 64
  attune.yaml:2:1  seeed: unknown setting; did you mean seed? (allowed here: ${allowed()})
  attune.yaml:6:15  collect.sources[0].format: found "sharegtp", expected one of openai, sharegpt, alpaca, preference, openai-preference, unpaired-preference, prompt-completion; did you mean sharegpt?
  attune.yaml:8:13  train.schedule: found "cosin", expected one of cosine, linear, constant; did you mean cosine?
  attune.yaml:10:5  train.lora.rnk: unknown setting; did you mean rank? (allowed here: ${allowed('train', 'lora')})
  attune.yaml:11:14  train.lora.dropout: found 2, expected at most 0.9
  attune.yaml:12:11  train.epochs: found "3", expected a number; take the quotes away
  attune.yaml:13:3  train.rank: unknown setting (allowed here: ${allowed('train')})
  attune.yaml:16:12  curate.deduplicate.exact: found "yes", expected true or false; YAML 1.2 writes true and false`,
  );
});

test('a setting in the wrong section is sent to the right one', () => {
  assert.match(
    problems(`${minimal}learning_rate: 0.1\n`),
    /:5:1 {2}learning_rate: unknown setting; it belongs under train /,
  );
});

test('a secret in the wrong place is refused and not shown', () => {
  const server = (settings: string): string =>
    problems(`${minimal}synthesise:\n  questions: {}\n  server: { model: m, ${settings} }\n`);
  for (const settings of [
    'url: "http://me:sesame@x/v1"',
    'url: "ftp://me:sesame@x/v1"',
    'url: "http://x/v1?key=sesame"',
    'url: "http://x/v1", api_key_env: sk-sesame',
    'url: "http://x/v1", api_key: sesame',
  ]) {
    const message = server(settings);
    assert.match(message, /:7:\d+ {2}synthesise\.server\.(?:url|api_key_env|api_key): /, settings);
    assert.ok(!message.includes('sesame'), message);
  }
});

test('a misspelt setting that is needed is one problem, not two', () => {
  const message = problems('nam: shop\ncollect:\n  sources:\n    - jsonl: data.jsonl\n');
  assert.match(message, /has a problem\n {2}attune.yaml:1:1 {2}nam: unknown setting; did you mean name\?/);
});

test('of several alternatives, the one that was meant is explained', () => {
  const message = problems(`${minimal}evaluate:\n  backend:\n    kind: opnai\n`);
  assert.match(
    message,
    /7:11 {2}evaluate.backend.kind: found "opnai", expected one of llama.cpp, openai; did you mean openai\?/,
  );
});

test('rules across settings are told as their own sentence', () => {
  assert.match(
    problems(`${minimal}split:\n  train: 0.9\n`),
    /:6:3 {2}split: train, validation and test must sum to 1; they sum to 1.1$/,
  );
  assert.match(
    problems(`${minimal}train:\n  warmup_ratio: 0.1\n  warmup_steps: 10\n`),
    /:7:17 {2}train.warmup_steps: found 10: not together with warmup_ratio/,
  );
  assert.match(
    problems(`${minimal}train:\n  optimizer: adafactor\n`),
    /:6:14 {2}train.optimizer: found "adafactor": adafactor is for method full/,
  );
});

test('missing settings and files that are no mapping', () => {
  assert.match(problems(''), /name: missing; expected text/);
  assert.match(problems('- a\n- b\n'), /expected a mapping/);
  assert.match(
    problems('name: shop\ncollect: data.jsonl\n'),
    /2:10 {2}collect: found "data.jsonl", expected a mapping/,
  );
});

test('duplicate keys, tabs, several documents, unknown tags and alias bombs', () => {
  assert.match(problems(`${minimal}seed: 1\nseed: 2\n`), /attune.yaml:6:1 {2}Map keys must be unique/);
  assert.match(
    problems('name: shop\ncollect:\n\tsources: []\n'),
    /attune.yaml:3:1 .*[Tt]abs.*\(indent with blanks\)/,
  );
  assert.match(problems(`${minimal}---\nname: other\n`), /attune.yaml:5:1 {2}a second document starts here/);
  assert.match(problems('name: !secret shop\n'), /1:7 {2}Unresolved tag: !secret/);
  assert.match(problems('name: "shop\n'), /Missing closing "quote/);
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghi'.split('').map((letter, i) => {
      const before = 'abcdefgh'[i]!;
      return `${letter}: &${letter} [${Array(9).fill(`*${before}`).join(', ')}]`;
    }),
  ];
  assert.match(problems(bomb.join('\n')), /Excessive alias count/);
});

test('problems inside an aliased mapping are placed where the mapping is written', () => {
  const text = `${minimal}train:\n  lora: &l { rank: 0 }\n`;
  assert.match(problems(text), /attune.yaml:6:20 {2}train.lora.rank: found 0, expected at least 1/);
});

test('keys that JavaScript gives a meaning are unknown settings like any other', () => {
  assert.match(
    problems(`${minimal}__proto__: 1\nconstructor: 2\n`),
    /has 2 problems\n.*__proto__: unknown.*\n.*constructor: unknown/,
  );
});

test('whatever the text, the answer is a configuration or a config error', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...'name: shop\n-&*{}[]"#!|>\t%@`'.split(''))).map((a) => a.join('')),
  );
  fc.assert(
    fc.property(text, (yaml) => void problems(yaml)),
    { numRuns: 300 },
  );
});

test('a file that is missing, or not text, is told so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-load-'));
  await assert.rejects(loadProject(join(folder, 'attune.yaml')), /there is no project file at .*attune.yaml/);
  await writeFile(join(folder, 'attune.yaml'), new Uint8Array([0xff, 0xfe, 0x00]));
  await assert.rejects(loadProject(join(folder, 'attune.yaml')), /is not UTF-8 text/);
  await writeFile(join(folder, 'attune.yaml'), `\ufeff${minimal.replaceAll('\n', '\r\n')}`);
  assert.equal((await loadProject(join(folder, 'attune.yaml'))).config.name, 'shop');
});

test('nearest forgives case, dashes, swaps and a few letters, and does not guess wildly', () => {
  const words = ['learning_rate', 'rank', 'seed'];
  assert.equal(nearest('Learning-Rate', words), 'learning_rate');
  assert.equal(nearest('lerning_rat', words), 'learning_rate');
  assert.equal(nearest('rnak', words), 'rank');
  assert.equal(nearest('temperature', words), undefined);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('ab', 'ba'), 1);
});

test('the recipes of the repository are valid', async () => {
  for (const name of ['attune.yaml', 'attune.full.yaml']) {
    const path = new URL(`../../recipes/customer-support/${name}`, import.meta.url);
    parseProject(await readFile(path, 'utf8'), name);
  }
});

test('every setting has a description, for editors and the reference', () => {
  const schema = projectJsonSchema();
  const page = configurationReference(schema) + trainingReference(schema);
  const bare = page
    .split('\n')
    .filter((line) => line.startsWith('| `') && line.endsWith('|  |') && !line.includes('| mapping |'));
  assert.deepEqual(bare, []);
  assert.match(
    page,
    /\| `lora.rank` \| whole number, at least 1, at most 512 \| `16` \| Rank of the adapter matrices\. \|/,
  );
});
