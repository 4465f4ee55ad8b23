import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKnownNames, noKnownNames, rememberName } from './known-names.ts';

function again(name: string, text: string): string[] {
  const known = noKnownNames();
  rememberName(known, name);
  return findKnownNames(text, known).map(
    ({ start, end, name: full }) => `${text.slice(start, end)} = ${full}`,
  );
}

test('a name found once is found again whole, in part, in any case of letters and accents', () => {
  const name = 'Aïsha van der Berg';
  assert.deepEqual(again(name, 'Hi aisha, is AÏSHA VAN DER BERG right? Mrs. Berg? Der Zug.'), [
    'aisha = Aïsha van der Berg',
    'AÏSHA VAN DER BERG = Aïsha van der Berg',
    'Berg = Aïsha van der Berg',
  ]);
});

test('a part that is an ordinary word counts only with a capital letter within a sentence', () => {
  assert.deepEqual(again('Will Young', 'Will you? I will, when I was young. Thanks, Will'), []);
  assert.deepEqual(again('Will Young', 'thanks Will and will young'), [
    'Will = Will Young',
    'will young = Will Young',
  ]);
});

test('nothing known, nothing found', () => {
  assert.deepEqual(findKnownNames('Anna at Acme', noKnownNames()), []);
});
