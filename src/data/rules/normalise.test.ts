import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { normaliseText } from './normalise.ts';

const cases: [name: string, text: string, expected: string][] = [
  ['composes', 'cafe\u0301', 'café'],
  ['drops control and invisible characters', 'a\u200bb\u00adc\u0000d\ufeff\u202e', 'abcd'],
  ['keeps joiners that emoji and scripts need', '👨‍👩‍👧 می‌خواهم', '👨‍👩‍👧 می‌خواهم'],
  ['makes line ends and spaces plain', 'a\r\nb\u00a0 \t c  \n\n\n\nd ', 'a\nb c\n\nd'],
  ['keeps the indent of a list', '- a\n  - b', '- a\n  - b'],
  ['mends broken surrogates', 'a\ud800b', 'a\ufffdb'],
  [
    'turns HTML into text',
    '<p>Hello <b>you</b></p><p>a &lt; b &amp; c&nbsp;d</p>',
    'Hello you\n\na < b & c d',
  ],
  ['drops scripts and comments', 'a<script>x<b></script><!-- note -->b', 'ab'],
  ['lists and links', '<ul><li>One</li></ul><a href="https://x.y">here</a>', '- One\n\nhere (https://x.y)'],
  [
    'leaves what is not markup',
    'if a < b and c > d, I <3 <name> & <address>',
    'if a < b and c > d, I <3 <name> & <address>',
  ],
  [
    'strips Markdown',
    '# Title\n**bold** *it* ~~no~~ [a](https://x.y) ![i](u.png)',
    'Title\nbold it no a (https://x.y) i',
  ],
  [
    'leaves stars that are not emphasis',
    '2 * 3 * 4 ****1234 __init__ a_b_c',
    '2 * 3 * 4 ****1234 __init__ a_b_c',
  ],
  [
    'leaves code',
    'run `a  **b** <i>`:\n```\nx  =  **1**\n\n\n\n# c <b>\n```',
    'run `a  **b** <i>`:\n```\nx  =  **1**\n\n\n\n# c <b>\n```',
  ],
  ['keeps an unclosed fence as code', '```\na  <b>', '```\na  <b>'],
  ['turns code elements into code', 'use <code>a &lt;  b</code>', 'use `a <  b`'],
];

for (const [name, text, expected] of cases) test(name, () => assert.equal(normaliseText(text), expected));

test('markup can be kept', () => {
  assert.equal(normaliseText('<b>a</b>  **b**', { markup: false }), '<b>a</b> **b**');
});

test('without markup, normalising twice changes nothing more', () => {
  const piece = fc.constantFrom(
    ' ',
    '\t',
    '\n',
    '\r',
    'a',
    'é',
    'e\u0301',
    '\u200d',
    '\u00a0',
    '`',
    '```',
    '\u0007',
    '\ud83d',
    '\ude00',
    '\u200b',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const once = normaliseText(pieces.join(''), { markup: false });
      assert.equal(normaliseText(once, { markup: false }), once);
    }),
    { numRuns: 1000, seed: 7 },
  );
});

test('hostile markup costs little time', () => {
  const started = process.cpuUsage();
  for (const piece of ['<a ', '<', '*a', '**', '[a](', '&#', '`', '<pre>', '_ a', '<!--', '<script>', '# '])
    normaliseText(piece.repeat(20_000));
  const { user } = process.cpuUsage(started);
  assert.ok(user < 100e6, `${user / 1e6} s of processor time`);
});
