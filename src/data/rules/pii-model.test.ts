import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { silent } from '../../base/progress.ts';
import { piiConfig } from '../config/pii.ts';
import type { Example } from '../example.ts';
import { openTokenClassifier } from '../pii/classifier/token-classifier.ts';
import type { ConcludeTools, Facts } from '../rule.ts';
import { maskStep } from '../mask-step.ts';
import { piiWithModel } from './pii-model.ts';

const golden = join(import.meta.dirname, '../../../test/golden/classifier');

test('what the model finds is masked beside what the recognisers find, record by record', async () => {
  const config = piiConfig.parse({
    model: { path: 'wordpiece', least_score: 0 },
    types: { name: 'keep', address: 'keep', place: 'placeholder', organisation: 'placeholder' },
  });
  const texts = ['Maria Gonzalez flew to Oslo', 'write to mary@x.example', 'Acme Corporation in Berlin'];
  const examples = texts.map((content, i): Example => ({
    messages: [{ role: 'user', content }],
    meta: { id: `r${i}`, source: 's' },
  }));
  const rule = piiWithModel(config, { projectFolder: golden });
  const readExamples = async function* () {
    for (const [index, example] of examples.entries()) yield { index, example };
  };
  const tools = {
    readExamples,
    report: silent,
    signal: new AbortController().signal,
  } as unknown as ConcludeTools;
  const plan = await rule.conclude({ count: examples.length } as Facts<null>, tools);
  assert.deepEqual([...rule.slice!(plan, 1, 2).keys()], plan.has(1) ? [1] : []);

  const classifier = await openTokenClassifier({
    path: join(golden, 'wordpiece'),
    labels: {},
    leastScore: 0,
    threads: 1,
  });
  const found = await classifier.find(texts);
  await classifier.close();
  assert.ok(
    found.flat().some(({ type }) => type !== 'NAME'),
    'the golden model finds something here',
  );
  examples.forEach((example, i) => {
    const verdict = rule.apply(example, i, plan);
    const content = verdict.example!.messages[0]!.content;
    for (const { type, start, end } of found[i]!)
      if (type === 'PLACE' || type === 'ORGANISATION')
        assert.ok(!content.includes(texts[i]!.slice(start, end)), content);
    assert.ok(!content.includes('mary@'));
  });
});

test('texts of a project with a model are not shown, since a name that only the model knows would be', () => {
  const before: Example = { messages: [{ role: 'user', content: 'old' }], meta: { id: 'r', source: 's' } };
  const after = { ...before, messages: [{ role: 'user' as const, content: 'new' }] };
  const step = { rule: 'normalise', before, after, changes: [] };
  assert.deepEqual(
    maskStep(step, piiWithModel(piiConfig.parse({ model: { path: 'wordpiece' } }), { projectFolder: golden }))
      .texts,
    [],
  );
  assert.equal(maskStep(step, undefined).texts.length, 1);
});
