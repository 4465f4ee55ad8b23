import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draw, drawOf, isDrawn, placeOf } from './draw.ts';

const drawnIndexes = (draw: Draw, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index).filter((index) => isDrawn(draw, index));

test('as many are drawn as asked for, by the seed and the label', () => {
  for (const [count, size] of [
    [1, 0],
    [1, 1],
    [10, 3],
    [1000, 1],
    [100_000, 99_999],
    [100_000, 30_000],
    [5, 9],
    [0, 4],
  ] as const)
    assert.equal(drawnIndexes(drawOf(count, size, 7, 'a'), count).length, Math.min(count, size));
  const drawn = (seed: number, label: string): number[] => drawnIndexes(drawOf(1000, 100, seed, label), 1000);
  assert.deepEqual(drawn(1, 'a'), drawn(1, 'a'));
  for (const other of [drawn(2, 'a'), drawn(1, 'b')]) {
    const both = other.filter((index) => drawn(1, 'a').includes(index)).length;
    assert.ok(both < 30, `${both} of 100 are drawn twice`);
  }
});

test('a smaller draw is part of a larger one, and no two indexes share a place', () => {
  const [few, many] = [drawOf(5000, 50, 3), drawOf(5000, 700, 3)];
  for (const index of drawnIndexes(few, 5000)) assert.ok(isDrawn(many, index));
  const places = Array.from({ length: 200_000 }, (_, index) => placeOf(few, index));
  assert.equal(new Set(places).size, places.length);
});

test('neighbours are drawn as often as chance says, and every stretch alike', () => {
  const draw = drawOf(100_000, 20_000, 11);
  const drawn = drawnIndexes(draw, 100_000);
  const neighbours = drawn.filter((index) => isDrawn(draw, index + 1)).length;
  // Expected 4,000 with a standard deviation of some 50.
  assert.ok(Math.abs(neighbours - 4000) < 300, `${neighbours} neighbours`);
  const stretches = Array.from(
    { length: 10 },
    (_, i) => drawn.filter((index) => Math.floor(index / 10_000) === i).length,
  );
  for (const size of stretches) assert.ok(Math.abs(size - 2000) < 250, `${size} in a stretch`);
});
