import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { splitSentences } from '../../text/sentences.ts';
import type { Block } from './page.ts';
import { sectionsOf } from './sections.ts';
import { countWords } from './count-words.ts';
import { splitSections } from './split-sections.ts';
import { withArticles } from './statute.ts';

const heading = (level: number, text: string): Block => ({ kind: 'heading', level, text });
const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
const item = (text: string): Block => ({ kind: 'item', text });
const words = (count: number, end = '.'): string =>
  `${Array.from({ length: count }, (_, i) => `W${i}`).join(' ')}${end}`;

function cut(blocks: Block[], limits: { max_words: number; min_words: number }): string[][] {
  return splitSections(sectionsOf(blocks), limits).map(({ text, path }) => [
    path.map((one) => one.text).join(' › '),
    text,
  ]);
}

test('words are counted alike in languages with and without spaces', () => {
  assert.equal(countWords("Don't panic -- it's OK, e-mail us!"), 6);
  assert.equal(countWords('如果你无法使用 Login.gov 账户，请联系我们。'), 7 + 1);
  assert.equal(countWords(''), 0);
  assert.equal(countWords('어떻게 계정을 만드나요'), 3);
});

test('sentences end where they end, and abbreviations, numbers and lists do not end them', () => {
  assert.deepEqual(
    splitSentences('Ask Dr. Lee. She knows (really!). It is 3.5 p.m. in the U.S. today? Yes.'),
    ['Ask Dr. Lee. ', 'She knows (really!). ', 'It is 3.5 p.m. in the U.S. today? ', 'Yes.'],
  );
  assert.deepEqual(splitSentences('我们会帮你。“好吗？”他说。再见'), [
    '我们会帮你。',
    '“好吗？”',
    '他说。',
    '再见',
  ]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(splitSentences(text).join(''), text)),
  );
});

test('by heading, then by paragraph; short sections are joined, an announcement stays with its list', () => {
  const blocks = [
    paragraph(words(12)),
    heading(2, 'A'),
    paragraph(words(30)),
    paragraph(words(30)),
    paragraph('You need:'),
    item('- one'),
    item('- two'),
    heading(2, 'B'),
    heading(3, 'B1'),
    paragraph('Short.'),
    heading(3, 'B2'),
    paragraph('Short too.'),
  ];
  assert.deepEqual(cut(blocks, { max_words: 40, min_words: 5 }), [
    ['', words(12)],
    ['A', words(30)],
    ['A', `${words(30)}\n\nYou need:\n- one\n- two`],
    ['B', 'B1\n\nShort.\n\nB2\n\nShort too.'],
  ]);
});

test('in joined sections a heading stands once, above all that belongs below it', () => {
  const blocks = [
    paragraph('Intro.'),
    heading(2, 'A'),
    paragraph('Short.'),
    heading(3, 'A1'),
    paragraph('One.'),
    heading(3, 'A2'),
    paragraph('Two.'),
    heading(2, 'B'),
    heading(3, 'A1'),
    paragraph('Three.'),
  ];
  assert.deepEqual(cut(blocks, { max_words: 40, min_words: 30 }), [
    ['', 'Intro.\n\nA\n\nShort.\n\nA1\n\nOne.\n\nA2\n\nTwo.\n\nB\n\nA1\n\nThree.'],
  ]);
});

test('a long paragraph is cut between sentences, and a sentence never', () => {
  const sentences = Array.from({ length: 9 }, (_, i) => `S${i} ${words(8)} `);
  const parts = cut([paragraph(sentences.join('').trim())], { max_words: 30, min_words: 0 });
  assert.deepEqual(
    parts.map(([, text]) => countWords(text!)),
    [27, 27, 27],
  );
  for (const [, text] of parts) assert.match(text!, /^S\d .*\.$/);
  // What has no sentences at all is still bounded.
  const dump = cut([paragraph('x'.repeat(100_000) + ' y'.repeat(100_000))], { max_words: 100, min_words: 0 });
  assert.ok(dump.every(([, text]) => text!.length <= 3000));
});

test('whatever the page, every word is in one passage, in order, and no passage is over the limit', () => {
  const block = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.stringMatching(/^H[a-z]{3}$/))
      .map(([level, text]) => heading(level, text)),
    fc.integer({ min: 1, max: 4 }).map((level): Block => ({ kind: 'end', level })),
    fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
      .map((counts) => paragraph(counts.map((n) => words(n)).join(' '))),
    fc.integer({ min: 1, max: 9 }).map((n) => item(`- ${words(n)}`)),
  );
  fc.assert(
    fc.property(fc.array(block, { maxLength: 30 }), fc.integer({ min: 0, max: 20 }), (blocks, minWords) => {
      const pieces = splitSections(sectionsOf(blocks), { max_words: 30, min_words: minWords });
      const spoken = (text: string): string[] => text.match(/W\d+\.?/g) ?? [];
      assert.deepEqual(
        pieces.flatMap(({ text }) => spoken(text)),
        blocks.flatMap((one) => (one.kind === 'end' ? [] : spoken(one.text))),
      );
      // Headings of joined sections come on top.
      for (const { text } of pieces) assert.ok(spoken(text).length <= 30, text);
    }),
  );
});

test('an article of a statute is one passage, whatever its length', () => {
  const blocks = [
    heading(1, '中华人民共和国某法'),
    heading(2, '第一章 总则'),
    paragraph('第一条 为了保护消费者，制定本法。'),
    paragraph('第二条　下列行为适用本法：'),
    paragraph('（一）买卖；'),
    paragraph('（二）租赁。'),
    paragraph('第十七条之一 违反第一条的，依法处理。'),
  ];
  const { blocks: marked, isStatute } = withArticles(blocks);
  assert.equal(isStatute, true);
  assert.deepEqual(
    splitSections(sectionsOf(marked), { max_words: 20, min_words: 20 }, { whole: true }).map(
      ({ text, path }) => [path.at(-1)!.text, text],
    ),
    [
      ['第一条', '第一条 为了保护消费者，制定本法。'],
      ['第二条', '第二条　下列行为适用本法：\n\n（一）买卖；\n\n（二）租赁。'],
      ['第十七条之一', '第十七条之一 违反第一条的，依法处理。'],
    ],
  );
  assert.equal(withArticles([paragraph('第一条 说的是什么？')]).isStatute, false);
});
