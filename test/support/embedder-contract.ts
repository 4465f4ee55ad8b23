/** What every embedder must keep (src/data/embeddings/embedder.ts); each implementation's tests run it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Embedder } from '../../src/data/embeddings/embedder.ts';

const texts = [
  'my parcel delivery is late, where is the courier',
  'the courier has a late delivery, the package',
  'reset the password of my login, the browser is locked',
  '',
  'my parcel delivery is late, where is the courier',
];

/** An encoder whose weights are random (`isTrained: false`) cannot tell what texts mean. */
export function testEmbedder(
  name: string,
  open: () => Promise<Embedder>,
  { isTrained = true }: { isTrained?: boolean } = {},
): void {
  test(`the contract of an embedder: ${name}`, async () => {
    const embedder = await open();
    const { signal } = new AbortController();
    const { dimensions } = embedder;
    assert.ok(embedder.name.length > 0);
    const rows = await embedder.embed(texts, signal);
    assert.equal(rows.length, texts.length * dimensions);
    const row = (i: number): Float32Array => rows.slice(i * dimensions, (i + 1) * dimensions);
    const dot = (a: number, b: number): number =>
      row(a).reduce((sum, value, i) => sum + value * row(b)[i]!, 0);
    for (const i of [0, 1, 2]) assert.ok(Math.abs(dot(i, i) - 1) < 1e-5, `row ${i} has length 1`);
    const empty = dot(3, 3);
    assert.ok(empty === 0 || Math.abs(empty - 1) < 1e-5, 'a text without words');
    row(4).forEach((value, i) => assert.ok(Math.abs(value - row(0)[i]!) < 1e-5, 'the same text'));
    if (isTrained) assert.ok(dot(0, 1) > dot(0, 2) + 0.1, `alike ${dot(0, 1)}, unlike ${dot(0, 2)}`);
    else assert.ok(dot(0, 2) < 0.999, 'other texts, other vectors');
    const alone = await embedder.embed([texts[1]!], signal);
    alone.forEach((value, i) => assert.ok(Math.abs(value - row(1)[i]!) < 1e-5, 'whatever stands beside'));
    assert.equal((await embedder.embed([], signal)).length, 0);
    await embedder.close();
  });
}
