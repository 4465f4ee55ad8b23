import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Backend, GenerateRequest, Reply } from '../../backend/backend.ts';
import { AttuneError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import type { Example, Message, RejectedReply } from '../../data/example.ts';
import type { PreferencePair } from '../../data/preferences/pair.ts';
import { parseTemplates } from '../action-templates.ts';
import { ReplyLog } from '../reply-log.ts';
import { assistantTurns } from '../assistant-turns.ts';
import { modelJudge, readVerdict } from './model-judge.ts';
import { moduleJudge } from './module-judge.ts';
import { referenceJudge } from './reference-judge.ts';
import { keptReplies, sampleAnswers } from './sample-answers.ts';
import { sampledMaker } from './sampled-pairs.ts';

const templates = parseTemplates({ '*': { ask_name: ['Your name?'], bye: ['Goodbye {name}.'] } });
const example: Example = {
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Your name?', meta: { action: 'ask_name', typed: false } },
    { role: 'user', content: 'Ann' },
    { role: 'assistant', content: '', toolCalls: [{ name: 'find', arguments: { name: 'Ann' } }] },
    { role: 'tool', name: 'find', content: '{}' },
    { role: 'assistant', content: 'All set.', meta: { typed: true } },
  ],
  meta: { id: 'c', source: 's', topic: 't' },
};
const turns = assistantTurns([example], templates);
const say = (content: string): RejectedReply => ({ content });

function fakeBackend(
  answer: (request: GenerateRequest, call: number) => Partial<Reply>,
): Backend & { calls: () => number } {
  let calls = 0;
  return {
    name: 'fake',
    calls: () => calls,
    // oxlint-disable-next-line require-yield
    generate: async function* (request): AsyncGenerator<string, Reply> {
      const reply = answer(request, calls++);
      return {
        content: '',
        toolCalls: [],
        finishReason: 'stop',
        promptTokens: 1,
        completionTokens: 1,
        ...reply,
      };
    },
    close: async () => {},
  };
}
async function openAsk(path?: string, signal = new AbortController().signal) {
  const file = path ?? join(await mkdtemp(join(tmpdir(), 'attune-samples-')), 'samples.jsonl');
  const log = await ReplyLog.open<string>(file, 'f');
  return { ask: keptReplies(log, signal), log, file };
}

test('the reference tells right from wrong by action, call and words; the own answer wins a tie', async () => {
  const judge = referenceJudge(templates);
  const [name, call, typed] = turns;
  const right = await judge.judge(name!, [say('Goodbye Bob.'), say('your NAME?')]);
  assert.deepEqual(right, { chosen: say('your NAME?'), rejected: say('Goodbye Bob.') });
  const none = await judge.judge(name!, [say('What?'), say('Goodbye.')]);
  assert.deepEqual([none.chosen, none.reason], [say('Your name?'), undefined], 'no answer was right');
  assert.match((await judge.judge(name!, [say('Your name?')])).reason!, /as good as the reference/);
  const wrongCall = { content: '', toolCalls: [{ name: 'find', arguments: { name: 'Bob' } }] };
  assert.deepEqual(await judge.judge(call!, [say('Wait.'), wrongCall]), {
    chosen: { content: '', toolCalls: example.messages[3]!.toolCalls },
    rejected: say('Wait.'),
  });
  assert.deepEqual(
    [name, call, typed].map((turn) => judge.canJudge(turn!)),
    [true, true, false],
  );
});

test('a model is asked twice, in both orders, and believed where it agrees with itself', async () => {
  const asked: string[] = [];
  const longer = fakeBackend(({ messages }) => {
    const [, a, b] = /Answer A:\n(.*)\n\nAnswer B:\n(.*)\n\n/.exec(messages[1]!.content)!;
    asked.push(`${a} / ${b}`);
    return { content: a!.length === b!.length ? 'A' : a!.length > b!.length ? 'I say: A' : '**B**' };
  });
  const { ask, log, file } = await openAsk();
  const judge = modelJudge(longer, 'Longer is better.', ask);
  assert.deepEqual(await judge.judge(turns[0]!, [say('ab'), say('cd'), say('efgh')]), {
    chosen: say('efgh'),
    rejected: say('ab'),
  });
  assert.deepEqual(asked, ['ab / cd', 'cd / ab', 'ab / efgh', 'efgh / ab']);
  await log.close();
  const again = await openAsk(file);
  const silent = fakeBackend(() => assert.fail('asked again'));
  const resumed = modelJudge(silent, 'Longer is better.', again.ask);
  assert.deepEqual((await resumed.judge(turns[0]!, [say('ab'), say('cd'), say('efgh')])).chosen, say('efgh'));
  assert.deepEqual(['B', 'Tie.', 'Answer A is fine, but B', 'neither'].map(readVerdict), [
    'B',
    'tie',
    'B',
    undefined,
  ]);
});

test('a rule of the user scores; what it does wrong is said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-rule-'));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const rule = await write(
    'rule.mjs',
    'export const score = (answer, { reference }) => answer.content.length <= reference.content.length;',
  );
  const verdict = await (
    await moduleJudge(rule)
  ).judge(turns[0]!, [say('A much longer answer.'), say('Name?')]);
  assert.deepEqual(verdict, { chosen: say('Name?'), rejected: say('A much longer answer.') });
  const words = await moduleJudge(await write('words.mjs', 'export const score = () => "good";'));
  await assert.rejects(
    words.judge(turns[0]!, [say('x')]),
    /returned good; a number, true or false is needed/,
  );
  await assert.rejects(
    moduleJudge(await write('none.mjs', 'export const rate = 1;')),
    /does not export a function named score/,
  );
  await assert.rejects(moduleJudge(join(folder, 'lost.mjs')), /does not exist/);
});

test('answers are drawn with seeds of their own, kept, and asked for once; cut and empty ones take no part', async () => {
  const seeds: number[] = [];
  const backend = fakeBackend(({ seed, temperature }, call) => {
    assert.equal(temperature, 0.7);
    seeds.push(seed!);
    return [
      { content: 'Yes.' },
      { content: 'yes' },
      { content: 'Long', finishReason: 'length' as const },
      { content: ' ' },
    ][call % 4]!;
  });
  const { ask, log, file } = await openAsk();
  const options = { backend, samples: 4, temperature: 0.7, maxTokens: 9, seed: 3 };
  assert.deepEqual(await sampleAnswers(turns[0]!, { ...options, ask }), [say('Yes.')]);
  assert.equal(new Set(seeds).size, 4);
  await log.close();
  const again = await openAsk(file);
  await sampleAnswers(turns[0]!, { ...options, ask: again.ask });
  assert.equal(backend.calls(), 4);
  const controller = new AbortController();
  controller.abort();
  const stopped = await openAsk(undefined, controller.signal);
  await assert.rejects(
    sampleAnswers(turns[0]!, { ...options, ask: stopped.ask }),
    (error) => error instanceof AttuneError && error.code === 'interrupted',
  );
});

test('an answer that only calls a tool is one, with its call', async () => {
  const call = { name: 'find', arguments: { name: 'Ann' } };
  const backend = fakeBackend(() => ({ toolCalls: [call] }));
  const { ask } = await openAsk();
  const options = { backend, samples: 2, temperature: 0.7, maxTokens: 9, seed: 3, ask };
  assert.deepEqual(await sampleAnswers(turns[0]!, options), [{ content: '', toolCalls: [call] }]);
});

test('turns are drawn within the budget, and a turn without a pair is accounted for', async () => {
  const many = Array.from({ length: 10 }, (_, i): Example => ({
    ...example,
    meta: { ...example.meta, id: `c${i}` },
  }));
  const dropped: string[] = [];
  const maker = sampledMaker(
    async function* () {
      yield* many;
    },
    {
      prompts: 12,
      random: seededRandom(1, 'x'),
      templates,
      judge: referenceJudge(templates),
      answers: async (turn) => {
        if (turn.conversation === 'c0') throw new AttuneError('backend', 'The conversation has 900 tokens.');
        return turn.kind === 'query' ? [] : [say('Goodbye Bob.')];
      },
      onDone: () => {},
    },
  );
  const pairs: PreferencePair[] = [];
  for await (const pair of maker.pairs((_, reason, kind) => dropped.push(kind ?? reason))) pairs.push(pair);
  assert.equal(pairs.length + dropped.length, 12);
  const last: Message = pairs[0]!.messages.at(-1)!;
  assert.deepEqual(
    [last.content, last.rejected, pairs[0]!.meta.origin],
    ['Your name?', [say('Goodbye Bob.')], 'sampled'],
  );
  assert.ok(dropped.includes('every answer was empty or too long'));
});
