import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backend, GenerateRequest } from '../../backend/backend.ts';
import type { Example } from '../../data/example.ts';
import { validateExamples } from '../../data/validate/validate.ts';
import { advise, type Evidence } from './advise.ts';
import { measureBaselines } from './untrained-baselines.ts';
import { changeOverTime } from './change-over-time.ts';
import { countFacts, factsOf } from './unseen-facts.ts';

const talk = (i: number, user: string, assistant: string, meta: object = {}): Example => ({
  messages: [
    { role: 'system', content: 'You help.' },
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
  meta: { id: `t${i}`, source: 's', ...meta },
});

test('facts are numbers, addresses and names within a sentence', () => {
  assert.deepEqual(
    [
      ...factsOf('Please visit https://help.example/a. Your order AB-123 for Ann costs $4.50, The end.'),
    ].sort(),
    ['$4.50', 'ab-123', 'ann', 'https://help.example/a', 'the'],
  );
  assert.deepEqual([...factsOf('Please wait a moment.')], []);
  assert.deepEqual([...factsOf('Thank you, dear [NAME_1], we write to [EMAIL_2].')], []);
  assert.deepEqual([...factsOf('Das Paket kommt in 3 Tagen zu Ihnen, mit dem Etikett.', 'de')], ['3']);
  assert.deepEqual([...factsOf('预计3个工作日内送达，订单LM-204511。')], ['3', 'lm-204511']);
  assert.deepEqual([...factsOf('返金は14日以内です。')], ['14']);
});

test('a fact counts as needed only where nothing before holds it', () => {
  const examples = [
    talk(1, 'Order 17, please', 'Order 17 is on its way.'),
    talk(2, 'How long does it take?', 'It takes 14 days, says our office in Berlin.'),
  ];
  const count = countFacts(examples, (fact) => fact === '14');
  assert.deepEqual(count, { replies: 2, stated: 3, unseen: 2, inPassages: 1, repliesWithUnseen: 1 });
});

test('answers that change with the weeks are told from those that do not', () => {
  const day = (i: number): object => ({ createdAt: new Date(Date.UTC(2026, 0, 1 + i)).toISOString() });
  const steady = Array.from({ length: 100 }, (_one, i) =>
    talk(i, 'How much?', `It costs ${(i % 7) + 20}.`, day(i)),
  );
  const moving = Array.from({ length: 100 }, (_one, i) =>
    talk(i, 'How much?', `It costs ${100 + Math.floor(i / 20)}.`, day(i)),
  );
  const [one, other] = [changeOverTime(steady, 1), changeOverTime(moving, 1)];
  assert.ok(one && other);
  assert.deepEqual([one.newest, one.random], [0, 0]);
  assert.deepEqual([other.newest, other.random], [1, 0]);
  for (const createdAt of [undefined, 'Mon Jan 01 2024', '2024-01-01'])
    assert.equal(
      changeOverTime(
        steady.map((example) => ({
          ...example,
          meta: { id: 'a', source: 's', ...(createdAt !== undefined && { createdAt }) },
        })),
        1,
      ),
      undefined,
    );
  const unix = moving.map(({ messages, meta }, i) => ({
    messages,
    meta: { ...meta, createdAt: String(1_700_000_000 + i) },
  }));
  assert.equal(changeOverTime(unix, 1)?.newest, 1);
});

const train = Array.from({ length: 40 }, (_one, i) =>
  talk(
    i,
    `where is parcel of kind ${'abcdefgh'[i % 8]!.repeat(5)}`,
    `kind ${'abcdefgh'[i % 8]!.repeat(5)} goes by ship`,
  ),
);
const options = {
  turns: 10,
  shots: 3,
  maxTokens: 20,
  seed: 1,
  signal: new AbortController().signal,
  onDone: () => {},
};

test('a model is asked with and without the nearest examples', async () => {
  const asked: GenerateRequest[] = [];
  // It knows nothing, but copies the first example that it is shown.
  const backend: Backend = {
    name: 'parrot',
    async *generate(request) {
      asked.push(request);
      const shown = /Agent: (.*)/.exec(request.messages[0]?.content ?? '')?.[1] ?? 'I do not know';
      yield shown;
      return { content: shown, toolCalls: [], finishReason: 'stop', promptTokens: 1, completionTokens: 1 };
    },
    close: async () => {},
  };
  const result = await measureBaselines(train.slice(0, 30), train.slice(30), { ...options, backend });
  assert.equal(result?.turns, 10);
  assert.equal(asked.length, 20);
  assert.equal(result.nearestReply, 1, 'the same question stands in the training data');
  assert.equal(result.fewShot, 1);
  assert.equal(result.zeroShot, 0);
  assert.ok(result.gain!.difference.interval![0] > 0.9);
});

test('without a model the nearest old reply alone is measured', async () => {
  const result = await measureBaselines(train.slice(0, 30), train.slice(30), options);
  assert.deepEqual(Object.keys(result ?? {}), ['turns', 'conversations', 'nearestReply']);
});

test('the verdict follows the first thing that stands in the way', async () => {
  const validation = await validateExamples(
    Array.from({ length: 600 }, (_one, i) => ({
      example: talk(i, `question number ${i} of many others here`, `answer ${i}, that goes on`),
    })),
  );
  const sound: Evidence = {
    validation,
    facts: { replies: 100, stated: 50, unseen: 5, inPassages: 0, repliesWithUnseen: 5 },
    hasPassages: false,
    change: { from: 'a', to: 'b', newest: 0.1, random: 0.08 },
    baselines: {
      turns: 40,
      conversations: 30,
      nearestReply: 0.2,
      zeroShot: 0.1,
      fewShot: 0.3,
      gain: null,
      model: 'm',
    },
  };
  const verdict = (change: Partial<Evidence>): string => advise({ ...sound, ...change }).verdict;
  assert.equal(verdict({}), 'fine-tune');
  assert.equal(verdict({ validation: { ...validation, readable: 20 } }), 'collect more first');
  assert.equal(verdict({ baselines: { ...sound.baselines!, fewShot: 0.8 } }), 'prompt first');
  assert.equal(verdict({ facts: { ...sound.facts, repliesWithUnseen: 60 } }), 'knowledge base first');
  assert.equal(verdict({ change: { ...sound.change!, newest: 0.5 } }), 'knowledge base first');
  const open = advise({ ...sound, change: undefined, baselines: undefined });
  assert.match(open.reason, /2 of 4 questions are open/);
});
