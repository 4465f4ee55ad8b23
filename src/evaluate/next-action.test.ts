import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { AttuneError } from '../base/errors.ts';
import { actionBaseline, type LabelledTurn, templateCoverage } from './action-baseline.ts';
import { loadTemplates, matchAction, parseTemplates } from './action-templates.ts';
import { actionsOf } from './next-action.ts';

const templates = parseTemplates({
  ride: {
    ask_name: ['May I have your name, please?', "Who's riding?"],
    driver: ['Your driver will be {driver:s}.'],
    pickup: ['Your driver will be with you in about {minutes:d} minutes.'],
    offer: ["I found a {provider} ride from '{from:s}' to '{to:s}' for {price:d} credits."],
    bye: ['Goodbye.'],
    goodbye_1: ['Goodbye!'],
  },
  doctor: {
    available: ['Dr. {name} is available at {time:d}. Can I book it?'],
    meeting: ['You meet {guest} on {day}, {start:d}-{end:d}.'],
    weight: ['It weighs {weight}kg and costs {price}€.'],
  },
  '*': { anything_else: ['Is there anything else that I can do for you?'], bye: ['Bye'] },
});

test('a reply is matched by its words, whatever its case, punctuation, width and white space', () => {
  for (const reply of [
    'May I have your name, please?',
    'may i have  your\nname please',
    ' MAY I HAVE YOUR NAME — PLEASE?! ',
    'Ｍａｙ I have your name, please？',
  ]) {
    assert.deepEqual(matchAction(reply, templates, 'ride'), ['ask_name'], reply);
  }
  assert.deepEqual(matchAction('Who’s riding?', templates, 'ride'), ['ask_name']);
});

test('other, missing or further words are no match', () => {
  for (const reply of [
    '',
    '   ',
    'May I have your names, please?',
    'May I have your name',
    'OK. May I have your name, please?',
  ]) {
    assert.deepEqual(matchAction(reply, templates, 'ride'), [], reply);
  }
});

test('a slot takes any text, several words and none included', () => {
  assert.deepEqual(
    matchAction("I found a Taxi ride from '5th and Main' to 'Hospital' for 12 credits.", templates, 'ride'),
    ['offer'],
  );
  assert.deepEqual(matchAction('Dr. Johnson is available at . Can I book it?', templates, 'doctor'), [
    'available',
  ]);
  assert.deepEqual(matchAction('Dr. is available at 4 pm. Can I book it?', templates, 'doctor'), [
    'available',
  ]);
  assert.deepEqual(matchAction('You meet John on Monday, 2 pm-4 pm.', templates, 'doctor'), ['meeting']);
  assert.deepEqual(matchAction('It weighs 5kg and costs 12€.', templates, 'doctor'), ['weight']);
  assert.deepEqual(matchAction('I found a Taxi ride from A to B.', templates, 'ride'), []);
});

test('the wording with more words of its own wins', () => {
  assert.deepEqual(matchAction('Your driver will be Zoe.', templates, 'ride'), ['driver']);
  assert.deepEqual(matchAction('Your driver will be with you in about 5 minutes.', templates, 'ride'), [
    'pickup',
  ]);
});

test('two labels with the same wording both come back, and a topic goes before *', () => {
  assert.deepEqual(matchAction('Goodbye', templates, 'ride'), ['bye', 'goodbye_1']);
  assert.deepEqual(matchAction('Is there anything else that I can do for you?', templates, 'ride'), [
    'anything_else',
  ]);
  assert.deepEqual(matchAction('Bye!', templates, undefined), ['bye']);
  assert.deepEqual(matchAction('Goodbye', templates, 'weather'), []);
});

test('a wording filled with any words is matched by its template', () => {
  const words = fc.stringMatching(/^[a-z0-9]{1,8}( [a-z0-9]{1,8}){0,3}$/);
  fc.assert(
    fc.property(words, words, words, words, (provider, from, to, price) => {
      const reply = `I found a ${provider} ride from '${from}' to '${to}' for ${price} credits.`;
      assert.deepEqual(matchAction(reply, templates, 'ride'), ['offer']);
    }),
  );
});

test('fits exactly where a regular expression with wildcards fits', () => {
  const word = fc.constantFrom('a', 'b', 'ab');
  const wording = fc
    .array(fc.oneof(word, fc.constant('{x}')), { minLength: 1, maxLength: 6 })
    .filter((parts) => parts.some((part) => part !== '{x}'));
  fc.assert(
    fc.property(wording, fc.array(word, { maxLength: 8 }), (parts, reply) => {
      const expected = new RegExp(
        `^${parts.map((part) => (part === '{x}' ? '(?:\\w+ )*' : `${part} `)).join('')}$`,
      );
      const matched = matchAction(reply.join(' '), parseTemplates({ t: { label: [parts.join(' ')] } }), 't');
      assert.equal(
        matched.length === 1,
        expected.test(reply.map((part) => `${part} `).join('')),
        `${parts.join(' ')} / ${reply.join(' ')}`,
      );
    }),
    { numRuns: 2000 },
  );
});

test('a file of another shape, and a wording of slots only, are refused with the place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-templates-'));
  const load = async (content: string): Promise<unknown> => {
    await writeFile(join(folder, 'templates.json'), content);
    return loadTemplates(join(folder, 'templates.json'));
  };
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof AttuneError && error.code === 'config' && pattern.test(error.message);
  await assert.rejects(load('{"ride": {"hello": "Hi"}}'), refused(/ride\.hello/));
  await assert.rejects(load('{"trivia": {"ask": ["{question:s}"]}}'), refused(/trivia\.ask.*\{question:s\}/));
  await assert.rejects(load('{'), refused(/not JSON/));
  await assert.rejects(loadTemplates(join(folder, 'none.json')), AttuneError);
});

test('a turn stands for the query, the macros it follows, or custom', () => {
  const call = { name: 'ride_book', arguments: {} };
  const of = (topic: string, reply: string, toolCalls = [] as (typeof call)[]): string[] =>
    actionsOf({ topic, reply, toolCalls }, templates);
  assert.deepEqual(of('ride', 'May I have your name, please?'), ['ask_name']);
  assert.deepEqual(of('ride', 'Goodbye.'), ['bye', 'goodbye_1']);
  assert.deepEqual(of('ride', '', [call]), ['query']);
  assert.deepEqual(of('doctor', 'Dr. Who is available at 4. Can I book it?', [call]), ['query']);
  assert.deepEqual(of('doctor', 'It looks like rain.'), ['custom']);
  assert.deepEqual(of('doctor', ' '), []);
});

const item = (topic: string, gold: string): LabelledTurn => ({ topic, gold, typed: gold === 'custom' });

test('baselines take the commonest action of the training split, not of the split they score', () => {
  const train = [
    ...['query', 'query', 'query', 'ask_name', 'ask_name'].map((gold) => item('ride', gold)),
    ...['available', 'available', 'query'].map((gold) => item('doctor', gold)),
    ...['custom', 'custom', 'custom', 'custom', 'custom', 'custom'].map((gold) => item('doctor', gold)),
  ];
  const test = [
    item('ride', 'query'),
    item('ride', 'ask_name'),
    item('doctor', 'available'),
    item('doctor', 'custom'),
    item('hotel', 'query'),
    item('hotel', 'bye'),
  ];
  const { global, perTopic } = actionBaseline(train, test);
  assert.equal(global.action, 'query');
  // Two of each; the tie goes to the first in order.
  assert.equal(global.reply, 'ask_name');
  assert.deepEqual(global.overall, { count: 5, right: 2, accuracy: 0.4 });
  assert.deepEqual(global.replies, { count: 3, right: 1, accuracy: 1 / 3 });
  assert.deepEqual(perTopic.actions, { ride: 'query', doctor: 'available' });
  assert.deepEqual(perTopic.overall, { count: 5, right: 3, accuracy: 0.6 });
  assert.deepEqual(perTopic.replies, { count: 3, right: 2, accuracy: 2 / 3 });
});

test('coverage counts the agents’ own macro replies only', () => {
  const turns = [
    { topic: 'ride', gold: 'bye', typed: false, text: 'Goodbye.' },
    { topic: 'ride', gold: 'bye', typed: false, text: 'See you.' },
    { topic: 'ride', gold: 'custom', typed: true, text: 'See you.' },
    { topic: 'ride', gold: 'query', typed: false, text: '' },
  ];
  assert.deepEqual(templateCoverage(turns, templates), { count: 2, right: 1, accuracy: 0.5 });
});
