import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { boundedPattern } from './bounded-pattern.ts';

test('patterns that people write are taken, with every repetition limited', () => {
  const cases: [string, string][] = [
    ['ORD-\\d{6}', 'ORD-\\d{6,6}'],
    ['\\bORD-\\d+\\b', '\\bORD-\\d{1,64}\\b'],
    ['[A-Z]{2}-?\\d*?x', '[A-Z]{2,2}-{0,1}\\d{0,64}?x'],
    ['(?:order|ticket) #\\d{3,}', '(?:order|ticket) #\\d{3,67}'],
    ['(?<=#)[\\]+]{2}\\p{L}+', '(?<=#)[\\]+]{2,2}\\p{L}{1,64}'],
    ['(?<year>\\d{4})/(\\d{2})', '(?<year>\\d{4,4})/(\\d{2,2})'],
  ];
  for (const [pattern, source] of cases) assert.deepEqual(boundedPattern(pattern), { source });
});

test('patterns that could take hours, match nothing or are none are refused with the reason', () => {
  const cases: [string, RegExp][] = [
    ['(a+)+b', /millions of ways.*say how often at most/],
    ['(?:a|a)*b', /millions of ways/],
    ['\\d+\\d+\\d+x', /in 262144 ways \(at most 4096\)/],
    ['(?:\\d{1,30}-){1,9}x', /millions of ways/],
    ['(\\d)\\1+', /refers back/],
    ['\\d*', /matches an empty text/],
    ['a(', /is not a regular expression/],
    ['', /matches an empty text/],
  ];
  for (const [pattern, problem] of cases)
    assert.match(boundedPattern(pattern).problem ?? '', problem, pattern);
});

test('a limited pattern matches what the original does in short texts', () => {
  const piece = fc.constantFrom('a', '\\d', '[ab]', '(?:ab)', 'a+', '\\d{2}', 'b?', '(?:a|b1)', 'b*', '\\.');
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.stringMatching(/^[ab12.]{0,20}$/),
      (pieces, text) => {
        const pattern = pieces.join('');
        const { source, problem } = boundedPattern(pattern);
        if (problem !== undefined) return;
        assert.deepEqual(text.match(new RegExp(source, 'giu')), text.match(new RegExp(pattern, 'giu')));
      },
    ),
  );
});

test('what is taken runs in linear time', () => {
  for (const pattern of ['\\d+-?\\d+x', '[a-z0-9]+@[a-z0-9]+!', '(?:\\d{3}-)+x'])
    for (const text of ['1'.repeat(40_000), 'a1'.repeat(20_000), '123-'.repeat(10_000)])
      assert.equal(text.match(new RegExp(boundedPattern(pattern).source, 'giu')), null);
});
