/**
 * `node scripts/names/train-spelling.ts`: trains models/names/spelling.br on the lexicon and prints how it does on a
 * tenth of the words that it does not see. Deterministic: one order, one seed, no threads.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { seededRandom, shuffled as shuffle } from '../../src/base/random.ts';
import { anyName, anyPlace, kind } from '../../src/data/pii/names/lexicon.ts';
import {
  forEachNgram,
  spellingBuckets,
  type SpellingClass,
  spellingClasses,
  spellingOdds,
} from '../../src/data/pii/names/spelling.ts';

const folder = join(import.meta.dirname, '../../models/names');
const epochs = 8;
const learningRate = 0.1;
const decay = 1e-4;

type Sample = { key: string; label: number; buckets: number[] };

function classOf(bits: number): SpellingClass | undefined {
  const person = (bits & anyName) !== 0;
  const place = (bits & anyPlace) !== 0;
  if (bits & kind.word) return person || place ? undefined : 'word';
  if (person && place) return undefined;
  return person ? 'person' : place ? 'place' : undefined;
}

const samples: Sample[] = [];
for (const line of brotliDecompressSync(readFileSync(join(folder, 'lexicon.br')))
  .toString('utf8')
  .split('\n')) {
  const colon = line.indexOf(':');
  const label = classOf(Number(line.slice(0, colon)));
  if (colon < 0 || label === undefined) continue;
  for (const key of line.slice(colon + 1).split(',')) {
    if (key.includes(' ') || key.length < 3) continue;
    const buckets: number[] = [];
    forEachNgram(key, (bucket) => buckets.push(bucket));
    samples.push({ key, label: spellingClasses.indexOf(label), buckets });
  }
}

const random = seededRandom(1, 'spelling');
const shuffled = shuffle(samples, random);
const held = shuffled.filter((_, i) => i % 10 === 0);
const seen = shuffled.filter((_, i) => i % 10 !== 0);
const counts = spellingClasses.map((_, label) => seen.filter((one) => one.label === label).length);
/** All classes weigh the same, however many words they have. */
const classWeights = counts.map((count) => seen.length / (3 * count));

const weights = new Float64Array(3 * spellingBuckets);
const squares = new Float64Array(3 * spellingBuckets);
for (let epoch = 0; epoch < epochs; epoch++) {
  for (const { label, buckets } of shuffle(seen, random)) {
    const scores = [0, 0, 0];
    for (const bucket of buckets)
      for (let c = 0; c < 3; c++) scores[c]! += weights[c * spellingBuckets + bucket]!;
    const most = Math.max(...scores);
    const exponentials = scores.map((score) => Math.exp(score - most));
    const total = exponentials.reduce((a, b) => a + b, 0);
    for (let c = 0; c < 3; c++) {
      const slope = (exponentials[c]! / total - (c === label ? 1 : 0)) * classWeights[label]!;
      for (const bucket of buckets) {
        const at = c * spellingBuckets + bucket;
        const gradient = slope + decay * weights[at]!;
        squares[at]! += gradient * gradient;
        // Adagrad: rare n-grams take large steps, frequent ones small ones.
        weights[at]! -= (learningRate * gradient) / Math.sqrt(squares[at]! + 1e-8);
      }
    }
  }
}

let largest = 0;
for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
const scale = Math.fround(largest / 127);
const quantised = Int8Array.from(weights, (weight) => Math.round(weight / scale));
const bytes = Buffer.alloc(4 + quantised.length);
bytes.writeFloatLE(scale, 0);
bytes.set(new Uint8Array(quantised.buffer), 4);
const compressed = brotliCompressSync(bytes);
writeFileSync(join(folder, 'spelling.br'), compressed);

const confusion = [0, 1, 2].map(() => [0, 0, 0]);
for (const { key, label } of held) {
  const { person, place } = spellingOdds(key, { scale, weights: quantised });
  const guess = person > 0 ? 0 : place > 0 ? 1 : 2;
  confusion[label]![guess]!++;
}
console.log({ words: samples.length, counts, bytes: compressed.length, confusion });
