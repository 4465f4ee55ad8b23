import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinAddresses } from './join-addresses.ts';

/** Parts in brackets: {street}, <town that is personal data only behind a street>; returned with [] around what is masked. */
function joined(marked: string): string {
  const text = marked.replace(/[{}<>]/g, '');
  const find = (open: string, close: string, type: string) =>
    [...marked.matchAll(new RegExp(`\\${open}([^\\${close}]*)\\${close}`, 'g'))].map(
      ({ index, 1: value }) => {
        const start = marked.slice(0, index).replace(/[{}<>]/g, '').length;
        return { type, start, end: start + value!.length, confidence: 0.8 };
      },
    );
  const spans = joinAddresses(text, find('{', '}', 'ADDRESS'), find('<', '>', 'PLACE'));
  return [...spans]
    .reverse()
    .reduce(
      (out, { start, end }) => `${out.slice(0, start)}[${out.slice(start, end)}]${out.slice(end)}`,
      text,
    );
}

test('street, flat, town, country and postcode are one', () => {
  assert.equal(
    joined('at {12 Elm Road}, Apt. 4, <Graz>, <Austria> 80101 since May'),
    'at [12 Elm Road, Apt. 4, Graz, Austria 80101] since May',
  );
  assert.equal(joined('{9 Rua Nova}\n<Vila> do Conde\n<Portugal>'), '[9 Rua Nova\nVila do Conde\nPortugal]');
});

test('a town that no street leads to is left, and two addresses stay two', () => {
  assert.equal(joined('from <Graz> to {12 Elm Road}'), 'from Graz to [12 Elm Road]');
  assert.equal(joined('{12 Elm Road} and {4 Oak Lane}'), '[12 Elm Road] and [4 Oak Lane]');
  assert.equal(joined('{12 Elm Road}. I was born in <Graz>'), '[12 Elm Road]. I was born in Graz');
});
