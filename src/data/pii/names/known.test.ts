import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKnownNames, noKnownNames, rememberNames } from './known.ts';

function again(first: string, name: string, text: string): string[] {
  const known = noKnownNames();
  const start = first.indexOf(name);
  rememberNames(known, first, [{ type: 'NAME', start, end: start + name.length, confidence: 0.9 }]);
  return findKnownNames(text, known).map(
    ({ start: from, end, name: full }) => `${text.slice(from, end)} = ${full}`,
  );
}

test('a name found once is found again whole, in part, in any case of letters and accents', () => {
  const first = 'My name is Aïsha van der Berg';
  const name = 'Aïsha van der Berg';
  assert.deepEqual(again(first, name, 'Hi aisha, is AÏSHA VAN DER BERG right? Mrs. Berg? Der Zug.'), [
    'aisha = Aïsha van der Berg',
    'AÏSHA VAN DER BERG = Aïsha van der Berg',
    'Berg = Aïsha van der Berg',
  ]);
});

test('a part that is an ordinary word counts only with a capital letter within a sentence', () => {
  const first = 'I am Will Young.';
  assert.deepEqual(again(first, 'Will Young', 'Will you? I will, when I was young. Thanks, Will'), []);
  assert.deepEqual(again(first, 'Will Young', 'thanks Will and will young'), [
    'Will = Will Young',
    'will young = Will Young',
  ]);
});

test('nothing known, nothing found; only sure names are remembered', () => {
  const known = noKnownNames();
  rememberNames(known, 'Anna', [{ type: 'NAME', start: 0, end: 4, confidence: 0.5 }]);
  rememberNames(known, 'Acme', [{ type: 'ORGANISATION', start: 0, end: 4, confidence: 0.9 }]);
  assert.deepEqual(findKnownNames('Anna at Acme', known), []);
});
