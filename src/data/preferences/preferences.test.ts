import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import type { Example, ExampleMeta, Message } from '../example.ts';
import { Ledger, type LedgerEntry } from '../ledger.ts';
import type { PairMaker } from './pair.ts';
import { ratedMaker, readRating } from './rated-pairs.ts';
import { repliesMaker } from './reply-pairs.ts';
import { writePairs } from './write-pairs.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, rejected: string[] = [], more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...(rejected.length > 0 && { rejected: rejected.map((text) => ({ content: text })) }),
  ...more,
});
function example(id: string, messages: Message[], meta: Partial<ExampleMeta> = {}): Example {
  return { messages, meta: { id, source: 's', place: `s:${id}`, ...meta } };
}
const random = (...stream: string[]): ReturnType<typeof seededRandom> => seededRandom(5, ...stream);
const from = (examples: Example[]) =>
  async function* (): AsyncGenerator<Example> {
    yield* examples;
  };

async function run(
  makers: PairMaker[],
  { max, maxTokens = 1000 }: { max?: number; maxTokens?: number } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pairs-'));
  const ledger = new Ledger(join(folder, 'ledger.jsonl'));
  const counts = await writePairs(join(folder, 'pairs.jsonl'), {
    makers,
    countTokens: ({ messages }) =>
      messages
        .map(({ content }) => content)
        .join(' ')
        .split(' ').length,
    maxTokens,
    max,
    random: seededRandom(5, 'sample'),
    ledger,
    signal: new AbortController().signal,
  });
  ledger.close();
  const lines = <T>(name: string): T[] =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as T);
  return {
    counts,
    pairs: lines<Example>('pairs.jsonl'),
    ledger: lines<LedgerEntry>('ledger.jsonl'),
    reasons: Object.fromEntries([...ledger.counts].map(([rule, { reasons }]) => [rule, reasons])),
    files: await readdir(folder),
  };
}
const given = (examples: Example[], perTurn = 9): PairMaker =>
  repliesMaker('given', from(examples), { perTurn, random });

test('a pair is the conversation up to the turn, what came before only context', async () => {
  const { pairs, counts, files } = await run([
    given([
      example('a', [
        user('Hi'),
        assistant('Hello.', ['Go.']),
        user('Bye'),
        assistant('Bye!', ['No.']),
        user('x'),
        assistant('y'),
      ]),
    ]),
  ]);
  assert.deepEqual(counts, { pairs: 2, origins: { given: 2 } });
  assert.deepEqual(files.sort(), ['ledger.jsonl', 'pairs.jsonl']);
  assert.deepEqual(pairs[1], {
    messages: [
      user('Hi'),
      assistant('Hello.', [], { trained: false }),
      user('Bye'),
      assistant('Bye!', ['No.']),
    ],
    meta: { id: 'a#4', source: 's', place: 's:a', conversation: 'a', origin: 'given' },
  });
});

test('what makes no pair is in the ledger with the reason, once', async () => {
  const { pairs, reasons, ledger } = await run(
    [
      given([
        example('good', [user('q'), assistant('Yes, sure.', ['No.'])]),
        example('same', [user('q'), assistant('Yes, sure.', ['yes SURE'])]),
        example('empty', [user('q'), assistant('Yes.', [' '])]),
        example('slot', [user('q'), assistant('It costs 5.', ['It costs {price:d}.'])]),
        example('long', [user('q '.repeat(30)), assistant('Yes.', ['No.'])]),
        example('twice', [user('q'), assistant('Yes sure', ['No'])]),
        example('one', [user('which'), assistant('A', ['B'])]),
        example('other', [user('which'), assistant('B', ['A'])]),
        example('braces', [user('code'), assistant('Use {name}.', ['Use {id}.'])]),
      ]),
    ],
    { maxTokens: 20 },
  );
  assert.deepEqual(
    pairs.map(({ meta }) => meta.id),
    ['good#2', 'braces#2'],
  );
  assert.deepEqual(reasons['given'], {
    'both answers say the same': 1,
    'an empty answer': 1,
    'an open template slot in one of the answers': 1,
    'more than 20 tokens': 1,
    'the same pair stands before': 1,
    'preferred the other way round elsewhere': 2,
  });
  assert.equal(new Set(ledger.map(({ id }) => id)).size, ledger.length);
  assert.equal(ledger.length, 9);
});

test('picks are told from given pairs, drawn with the seed where a turn has many, and sampled to the budget', async () => {
  const turns = Array.from({ length: 20 }, (_, i) =>
    example(`e${i}`, [
      user(`q${i}`),
      assistant('Yes.', ['A.', 'B.', 'C.'], i % 2 === 0 ? { meta: { picked: true } } : {}),
    ]),
  );
  const picked = (perTurn: number): PairMaker => repliesMaker('picked', from(turns), { perTurn, random });
  const first = await run([given(turns, 1), picked(1)], { max: 12 });
  assert.equal(first.pairs.length, 12);
  assert.deepEqual(first.reasons['picked']!['beyond the 1 of a turn'], 20);
  assert.deepEqual(first.counts.origins['given']! + first.counts.origins['picked']!, 12);
  const rejected = new Set(first.pairs.map(({ messages }) => messages.at(-1)!.rejected![0]!.content));
  assert.deepEqual([...rejected].sort(), ['A.', 'B.', 'C.']);
  assert.deepEqual((await run([given(turns, 1), picked(1)], { max: 12 })).pairs, first.pairs);
  assert.equal((await run([picked(2)])).pairs.length, 20);
});

test('of two rated replies to one prompt the better one is preferred; ratings alone make no pair', async () => {
  const rated = (id: string, reply: string, rating: string | number | boolean, question = 'q'): Example =>
    example(id, [user(question), assistant(reply, [], { meta: { rating } })]);
  const maker = (examples: Example[], minDifference = 1): PairMaker =>
    ratedMaker(from(examples), { minDifference, perTurn: 1, random });
  const { pairs, reasons } = await run([
    maker([
      rated('up', 'Yes.', true),
      rated('down', 'No.', 'thumbs_down'),
      rated('alone', 'Maybe.', 'up', 'other'),
      rated('odd', 'Hm.', 'so so'),
      example('csat', [user('c'), assistant('Good.')], { rating: 5 }),
      example('csat2', [user('c'), assistant('Poor.')], { rating: 2 }),
      example('csat3', [user('c'), assistant('Poor.')], { rating: '4' }),
    ]),
  ]);
  assert.deepEqual(
    pairs.map(({ meta, messages }) => [
      meta.id,
      messages.at(-1)!.content,
      messages.at(-1)!.rejected![0]!.content,
    ]),
    [
      ['up#2', 'Yes.', 'No.'],
      ['csat#2', 'Good.', 'Poor.'],
    ],
  );
  assert.deepEqual(reasons['rated'], {
    'not a rating': 1,
    'rated, but no other reply to the same prompt was rated otherwise': 1,
  });
  const strict = await run([maker([rated('a', 'A', 5), rated('b', 'B', 4)], 2)]);
  assert.equal(strict.pairs.length, 0);
  assert.deepEqual(['good', ' DOWN ', '3.5', '', 'x', false].map(readRating), [
    1,
    0,
    3.5,
    undefined,
    undefined,
    0,
  ]);
});
