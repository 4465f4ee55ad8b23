import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { qualityConfig } from '../config/quality.ts';
import { categoryBuilder } from '../diversity/category-column.ts';
import { orderBy } from '../draw.ts';
import type { Example, ExampleMeta } from '../example.ts';
import { evenRanges } from '../partition.ts';
import { coherence } from './coherence.ts';
import { componentNames, measureCheap } from './components.ts';
import { isCutOff } from './cut-off.ts';
import {
  addTopicCounts,
  countLevels,
  type CountsByTopic,
  findBorders,
  findCuts,
  placesAtBorders,
  placesByTopic,
  stays,
} from './cuts.ts';
import { formatting } from './formatting.ts';
import { lengthOfReplies } from './reply-length.ts';
import { indexPassages } from './passage-index.ts';
import { fluency, followingDifficulty, followingQuality } from './perplexity.ts';
import { readConversation, type Turn } from './reading.ts';
import { repetition } from './repetition.ts';
import { resolution } from './resolution.ts';
import { satisfaction } from './satisfaction.ts';
import type { ScoredRecords } from './scored-records.ts';
import { combinedScore, makeScoreTable, scoresOf, setScore } from './score-table.ts';
import { lexicalSupport, semanticSupport, statementsOf } from './support.ts';

/** A conversation of customer and agent in turn. */
function talk(texts: readonly string[], meta: Partial<ExampleMeta> = {}): Example {
  return {
    messages: texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    meta: { id: 'a', source: 's', ...meta },
  };
}
const turns = (...texts: string[]): readonly Turn[] => readConversation(talk(texts)).turns;
const config = qualityConfig.parse({});

test('an outcome means what the project says, and nothing otherwise', () => {
  const of = (outcome?: string): number | undefined =>
    resolution(talk([], outcome === undefined ? {} : { outcome }), config.resolution);
  assert.deepEqual([of('Resolved '), of('no'), of('escalated'), of()], [1, 0, undefined, undefined]);
  const own = qualityConfig.parse({ resolution: { success: ['Escalated'], failure: [] } });
  assert.equal(resolution(talk([], { outcome: 'ESCALATED' }), own.resolution), 1);
  assert.equal(resolution(talk([], { outcome: 'no' }), own.resolution), undefined);
});

test('a rating is read as thumbs, words, points, shares and percentages', () => {
  const of = (rating: string | number | boolean): number | undefined =>
    satisfaction(talk([], { rating }), [1, 5]);
  const read: [string | number | boolean, number | undefined][] = [
    [true, 1],
    ['thumbs_down', 0],
    ['👍', 1],
    ['Good', 1],
    [5, 1],
    [1, 0],
    ['4', 0.75],
    ['85%', 0.85],
    ['3/5', 0.5],
    ['0/10', undefined],
    ['10/10', 1],
    [9, undefined],
    ['offered', undefined],
    ['', undefined],
    ['5/0', undefined],
  ];
  for (const [rating, expected] of read) assert.equal(of(rating), expected, String(rating));
  assert.equal(satisfaction(talk([], { rating: 9 }), [0, 10]), 0.9);
  assert.equal(satisfaction(talk([]), [1, 5]), undefined);
});

test('coherence: an answer to the matter scores above one about something else, and above one that is cut off', () => {
  const question = 'Can I get a refund for the damaged kettle that arrived yesterday?';
  const good = coherence(
    turns(question, 'Yes, the refund for the damaged kettle is on its way to your card.'),
  )!;
  const elsewhere = coherence(
    turns(question, 'Our lobby opens early and breakfast includes fresh waffles daily.'),
  )!;
  const cut = coherence(turns(question, 'Yes, the refund for the damaged kettle is on its way to your'))!;
  const evasive = coherence(turns(question, 'Ok.'))!;
  assert.equal(good, 1);
  assert.ok(elsewhere < 0.7 && cut < 0.7 && evasive < 0.7, `${elsewhere} ${cut} ${evasive}`);
  assert.equal(coherence(turns(question, '')), undefined);
  assert.equal(coherence(turns('I need a room', 'For how many nights would you like to stay?')), 1);
});

test('a text is cut off in the midst of a sentence, not where it is short or ends well', () => {
  const long = 'You can change the delivery address in your account';
  assert.deepEqual(
    [
      long,
      `${long}.`,
      `${long},`,
      `${long} until the`,
      `${long} (see`,
      'Sure, the',
      `${long}: \`\`\`ts\nlet a`,
    ].map(isCutOff),
    [false, false, true, true, false, false, true],
  );
});

test('repetition: 1 without, 0 when the agent says the same again and again', () => {
  assert.equal(repetition(turns('hi', 'Hello, how can I help you today?')), 1);
  assert.equal(
    repetition(
      turns('hi', 'Please restart it.', 'I did', 'Please restart it.', 'And?', 'Please restart it.'),
    ),
    0,
  );
  // Too few words for phrases to count, but a sentence that a reply says again says nothing.
  assert.equal(repetition(turns('hi', 'Please wait. Please wait. Please wait.')), 0);
  assert.equal(repetition(turns('hi', '请稍等。请稍等。请稍等。')), 0);
  assert.equal(
    repetition(turns('hi', 'Yes. Open the box, take the lamp out and press the ring. Yes.')),
    1 - 4 / 59 / 0.3,
  );
  // A word of three characters that is the matter of a sentence; English has one word for it.
  const dimmer =
    '低亮度闪烁多半是墙上调光器的问题。请先把极光落地灯接到没有调光器的插座上试试，如果不闪，请把调光器改成后沿模式。';
  assert.equal(repetition(turns('你好', dimmer)), 1);
  assert.ok(repetition(turns('你好', '请您稍等一下，'.repeat(20)))! === 0);
  const phrase = Array.from({ length: 30 }, () => 'try again later').join(' ');
  assert.equal(repetition(turns('hi', phrase)), 0);
  const varied = Array.from({ length: 80 }, (_, i) => `word${i}`).join(' ');
  assert.equal(repetition(turns('hi', varied)), 1);
  // Four words that come twice are 40 of 495 characters, half of the limit of 0.16.
  const some = repetition(turns('hi', `${varied} word0 word1 word2 word3 word4`))!;
  assert.ok(Math.abs(some - (1 - 40 / 495 / 0.16)) < 1e-9, String(some));
  assert.equal(repetition(turns('hi')), undefined);
});

test('length: one word is little, forty are enough', () => {
  const words = (count: number): number => lengthOfReplies(turns('hi', Array(count).fill('w').join(' ')))!;
  assert.ok(Math.abs(words(1) - 0.187) < 1e-3);
  assert.ok(Math.abs(words(10) - 0.646) < 1e-3);
  assert.deepEqual([words(40), words(400)], [1, 1]);
  assert.equal(lengthOfReplies(turns('hi', '款'.repeat(80))), 1);
  assert.deepEqual([lengthOfReplies(turns('hi', '...')), lengthOfReplies(turns('hi'))], [0, undefined]);
  const calling = readConversation({
    messages: [
      { role: 'assistant', content: '', toolCalls: [{ name: 'find', arguments: {} }] },
      { role: 'assistant', content: 'w '.repeat(40) },
    ],
    meta: { id: 'a', source: 's' },
  });
  assert.equal(lengthOfReplies(calling.turns), 1);
});

test('formatting counts the replies without a fault', () => {
  const faults = [
    'I AM NOT GOING TO TELL YOU AGAIN',
    'Dear {{first_name}}, your parcel is here.',
    'The price is {price:d} euros.',
    'Itâ€™s on its way.',
    'Bro\ufffdken',
    'What??????? Really',
    'See <b>here for more.',
    'Run this:\n```\nnpm install',
  ];
  for (const text of faults) assert.equal(formatting(turns('hi', text)), 0, text);
  const fine = [
    'Use the API of NASA.',
    'Press <b>Save</b>.',
    'a < b and c > d',
    'Set {"a": 1}.',
    '好的，我来帮您。',
  ];
  for (const text of fine) assert.equal(formatting(turns('hi', text)), 1, text);
  assert.equal(formatting(turns('hi', faults[0]!, 'hm', 'Sorry about that.')), 0.5);
});

test('instruction-following difficulty is the loss given the conversation over the loss without', () => {
  assert.equal(followingDifficulty({ given: 1.5, alone: 2 }), 0.75);
  assert.deepEqual(
    [followingQuality({ given: 1.5, alone: 2 }), followingQuality({ given: 2.5, alone: 2 })],
    [0.75, 0],
  );
  assert.ok(Math.abs(fluency({ given: Math.log(4), alone: 9 }) - 0.25) < 1e-12);
});

const passages = [
  'You can return a product within thirty days of delivery if it is unused and in its original box.',
  'To reset your password open the sign-in page and choose the link Forgot password below the form.',
];

test('support: what the knowledge base says is supported, what it does not is not', () => {
  const index = indexPassages(passages);
  const of = (reply: string): { support: number | undefined; passages: string[] } =>
    lexicalSupport(statementsOf(turns('?', reply)), index);
  const good = of('You can return the product within thirty days of delivery if it is unused.');
  const bad = of('Refunds always take ninety working days because our bank moves money slowly.');
  assert.ok(good.support! > 0.8, String(good.support));
  assert.ok(bad.support! < 0.2, String(bad.support));
  assert.equal(good.passages[0], passages[0]);
  assert.equal(of('You are welcome!').support, undefined);
  assert.equal(of('Could you please tell me the number of your order first?').support, undefined);
});

test('semantic support is the highest cosine with a passage', async () => {
  const embedder = {
    name: 'by length',
    dimensions: 2,
    embed: async (texts: readonly string[]) =>
      Float32Array.from(texts.flatMap((text) => (text.length > 50 ? [1, 0] : [0.6, 0.8]))),
    close: async () => {},
  };
  const vectors = { embedder, vectors: Float32Array.from([1, 0, -1, 0]) };
  const { signal } = new AbortController();
  assert.ok(Math.abs((await semanticSupport(['short one'], vectors, signal))! - 0.6) < 1e-6);
  assert.equal(await semanticSupport([], vectors, signal), undefined);
});

test('the combined score is the weighted mean of what is known', () => {
  const table = makeScoreTable(2);
  setScore(table, 0, 'resolution', 1);
  setScore(table, 0, 'length', 0.5);
  setScore(table, 0, 'judge', 2);
  const weights = { ...config.weights, resolution: 1, length: 2, judge: 1 };
  assert.equal(combinedScore(table, 0, weights), (1 + 2 * 0.5 + 1) / 4);
  assert.deepEqual(scoresOf(table, 0), { resolution: 1, length: 0.5, judge: 1 });
  assert.equal(combinedScore(table, 1, weights), 1);
  assert.equal(combinedScore(table, 0, { ...weights, resolution: 0, judge: 0 }), 0.5);
  // From 0.5 on the length counts in full, and the record has no fault.
  assert.equal(combinedScore(table, 0, weights, 0.5), 1);
  setScore(table, 0, 'length', 0.1);
  assert.ok(Math.abs(combinedScore(table, 0, weights, 0.5) - (1 + 2 * 0.2 + 1) / 4) < 1e-12);
  assert.deepEqual(Object.keys(config.weights).sort(), [...componentNames].sort());
  const none = Object.fromEntries(componentNames.map((name) => [name, 0]));
  assert.throws(() => qualityConfig.parse({ weights: none }), /must be more than 0; to score nothing/);
});

/** The records that stay of these scores and topics, divided among so many processes. */
async function keptOf(
  scores: readonly number[],
  topicOf: (i: number) => string,
  {
    target,
    leastScore,
    seed,
    parts = 1,
  }: { target: number; leastScore: number; seed: number; parts?: number },
): Promise<number[]> {
  const stretches = evenRanges(scores.length, parts).map(({ start, end }): ScoredRecords => {
    const topic = categoryBuilder(end - start);
    for (let i = start; i < end; i++) topic.set(i - start, topicOf(i));
    const none = categoryBuilder(0).category;
    return {
      part: 0,
      from: 0,
      first: start,
      count: end - start,
      scores: makeScoreTable(end - start),
      topic: topic.category,
      outcome: none,
      language: none,
      words: new Float32Array(0),
      combined: Float32Array.from(scores.slice(start, end)),
      merits: Float32Array.from(scores.slice(start, end)),
      following: new Float32Array(0),
    };
  });
  const sums: CountsByTopic = new Map();
  for (const records of stretches.toReversed()) {
    const some: CountsByTopic = new Map();
    countLevels(some, records, leastScore);
    addTopicCounts(sums, some);
  }
  const places = placesByTopic(sums, target);
  const borders = findBorders(sums, places);
  const ties = orderBy(seed, 'ties');
  const found = await Promise.all(
    stretches.map((one) => placesAtBorders(Readable.from([one]), { borders, ties, leastScore })),
  );
  const cuts = findCuts(places, borders, found);
  return scores.flatMap((_, i) => {
    const score = Math.fround(scores[i]!);
    return score >= leastScore && stays(score, i, cuts.get(topicOf(i))!, ties) ? [i] : [];
  });
}

test('the best of every topic stay, in proportion; equals are drawn by the seed', async () => {
  const scores = Array.from({ length: 100 }, (_, i) => (i % 10) / 10);
  const topicOf = (i: number): string => (i < 80 ? 'a' : 'b');
  const kept = await keptOf(scores, topicOf, { target: 50, leastScore: 0, seed: 1 });
  assert.equal(kept.filter((i) => i < 80).length, 40);
  assert.ok(kept.every((i) => i % 10 >= 5));
  assert.equal(kept.length, 50);
  assert.equal((await keptOf(scores, topicOf, { target: 50, leastScore: 0.85, seed: 1 })).length, 10);
  const equal = scores.map(() => 0);
  const drawn = (seed: number, parts = 1): Promise<number[]> =>
    keptOf(equal, topicOf, { target: 30, leastScore: 0, seed, parts });
  const one = await drawn(1);
  assert.equal(one.length, 30);
  assert.deepEqual(await drawn(1, 7), one);
  assert.notDeepEqual(await drawn(2), one);
});

test('whatever the scores are, those that stay are the best, as a sort finds them, for any number of processes', async () => {
  const level = fc.constantFrom(0, 0.1, 0.5, 0.5001, 0.50049, 0.9, 1);
  const levelOf = (value: number): number => Math.round(Math.fround(value) * 1000);
  const score = fc.oneof(level, fc.double({ min: 0, max: 1, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(score, { minLength: 1, maxLength: 60 }),
      fc.nat(70),
      fc.constantFrom(0, 0.3, 0.5),
      async (scores, target, leastScore) => {
        const topicOf = (i: number): string => `t${i % 3}`;
        const options = { target, leastScore, seed: 4 };
        const kept = await keptOf(scores, topicOf, options);
        const enough = scores.filter((value) => Math.fround(value) >= leastScore).length;
        assert.equal(kept.length, Math.min(target, enough));
        for (const topic of ['t0', 't1', 't2']) {
          const sorted = scores
            .filter((_, i) => topicOf(i) === topic)
            .map(levelOf)
            .sort((a, b) => b - a);
          const stayed = kept.filter((i) => topicOf(i) === topic).map((i) => levelOf(scores[i]!));
          assert.deepEqual(
            stayed.sort((a, b) => b - a),
            sorted.slice(0, stayed.length),
          );
        }
        assert.deepEqual(await keptOf(scores, topicOf, { ...options, parts: 4 }), kept);
      },
    ),
  );
});

test('languages without spaces are no faults of length or coherence', () => {
  const th = talk([
    'ฉันต้องการเปลี่ยนที่อยู่จัดส่งของคำสั่งซื้อครับ',
    'คุณสามารถเปลี่ยนที่อยู่จัดส่งได้ในหน้าคำสั่งซื้อ ก่อนที่พัสดุจะถูกส่งออกจากคลังสินค้าครับ',
  ]);
  const { turns } = readConversation(th);
  assert.ok(lengthOfReplies(turns)! > 0.8);
  assert.ok(coherence(turns)! > 0.9);
});

test('a megabyte of hostile text takes every component no longer than a pass or two', () => {
  const pieces = [
    'a',
    '<b',
    '{{',
    '{a',
    '``` ',
    'a b ',
    '!?',
    '。',
    'Ã',
    "don't ",
    '\n',
    ' , ',
    '<a <a ',
    '.a',
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(1e6 / piece.length));
    const reading = readConversation(talk([text, text]));
    for (const measure of Object.values(measureCheap)) measure(reading, config);
    statementsOf(reading.turns);
  }
});
