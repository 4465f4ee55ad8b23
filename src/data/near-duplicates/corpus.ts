import { join } from 'node:path';
import { BandKeys } from './band-keys.ts';
import { bandKeysInto } from './sketch.ts';
import { type Banding, chooseBanding } from './banding.ts';
import type { SimilarityFact } from './fact.ts';
import { ShingleStore } from './shingle-store.ts';
import { similarity } from './similarity.ts';
import { leastAgreement, Sketches } from './sketches.ts';
import { sketchInto, sketchSize } from './sketch.ts';

/** Records that can become candidates by the keys of one kind of sketch: their numbers, and the keys in that order. */
export type KeyedRecords = { records: number[]; keys: BandKeys };

const absent = -1;

/**
 * All records as far as their similarity is concerned. In memory: sketches of 128 bytes, ids, and a few numbers each;
 * shingles and band keys lie in the scratch folder. Close it.
 */
export class SimilarityCorpus {
  readonly threshold: number;
  readonly banding: Banding;
  readonly ids: string[] = [];
  /** The topics that occur; `topicOf` has each record's place among them, or -1. */
  readonly topics: string[] = [];
  readonly topicOf: number[] = [];
  readonly lengths: number[] = [];
  readonly preferences: number[] = [];
  readonly #synthetic = new Set<number>();
  /** Of shingles, for every text with words; of the words themselves, for short texts. */
  readonly keyed: readonly [shingles: KeyedRecords, words: KeyedRecords];
  readonly #topicNumbers = new Map<string, number>();
  readonly #kinds: SimilarityFact['kind'][] = [];
  readonly #isShort: boolean[] = [];
  readonly #sketches = new Sketches();
  readonly #lists: ShingleStore;
  readonly #leastAgreement: number;
  readonly #sketch = new Uint32Array(sketchSize);
  readonly #bandKeys: Uint32Array;

  constructor({ threshold, scratchFolder }: { threshold: number; scratchFolder: string }) {
    this.threshold = threshold;
    this.banding = chooseBanding(threshold);
    this.#leastAgreement = leastAgreement(threshold);
    const { bands } = this.banding;
    this.#bandKeys = new Uint32Array(bands);
    this.#lists = new ShingleStore(join(scratchFolder, 'shingles.scratch'));
    this.keyed = [
      { records: [], keys: new BandKeys(join(scratchFolder, 'shingle-keys.scratch'), bands) },
      { records: [], keys: new BandKeys(join(scratchFolder, 'word-keys.scratch'), bands) },
    ];
  }

  get size(): number {
    return this.ids.length;
  }

  add({ id, topic, length, synthetic, preferences, kind, shingles, shortText }: SimilarityFact): void {
    const number = this.size;
    if (synthetic) this.#synthetic.add(number);
    this.ids.push(id);
    this.topicOf.push(topic === undefined ? absent : this.#topicNumber(topic));
    this.lengths.push(length);
    this.preferences.push(preferences);
    this.#kinds.push(kind);
    this.#isShort.push(shortText !== undefined);
    this.#lists.add(shingles);
    this.#lists.add(shortText ?? emptyList);
    const [byShingles, byWords] = this.keyed;
    // A text without words is a candidate for nothing.
    if (shortText && shortText.length > 0) this.#addKeys(byWords, number, shortText);
    if (shingles.length > 0) this.#addKeys(byShingles, number, shingles);
    this.#sketches.add(this.#sketch);
  }

  /** Similarity in [0, 1], from the shingles or words themselves. */
  similarity(a: number, b: number): number {
    return similarity(this.#comparable(a), this.#comparable(b));
  }

  /** False for pairs that are surely below the threshold; costs a hundredth of reading both texts. */
  mayBeSimilar(a: number, b: number): boolean {
    if (this.#kinds[a] !== this.#kinds[b]) return false;
    // Short texts are not compared by the shingles that their sketches are of.
    return (this.#isShort[a]! && this.#isShort[b]!) || this.#sketches.agree(a, b, this.#leastAgreement);
  }

  isSimilar(a: number, b: number): boolean {
    return this.mayBeSimilar(a, b) && this.similarity(a, b) >= this.threshold;
  }

  /** The records, those to keep rather than others first: real ones, longest, then lowest id. */
  inOrderOfKeeping(): Uint32Array {
    const { ids, lengths } = this;
    const synthetic = this.#synthetic;
    const order = Uint32Array.from(ids.keys());
    const isSynthetic = (record: number): number => Number(synthetic.has(record));
    return order.sort(
      (a, b) =>
        (synthetic.size === 0 ? 0 : isSynthetic(a) - isSynthetic(b)) ||
        lengths[b]! - lengths[a]! ||
        (ids[a]! < ids[b]! ? -1 : 1),
    );
  }

  close(): void {
    this.#lists.close();
    for (const { keys } of this.keyed) keys.close();
  }

  #addKeys({ records, keys }: KeyedRecords, number: number, elements: Uint32Array): void {
    sketchInto(this.#sketch, elements);
    bandKeysInto(this.#bandKeys, this.#sketch, this.banding);
    records.push(number);
    keys.add(this.#bandKeys);
  }

  #comparable(number: number): Parameters<typeof similarity>[0] {
    const kind = this.#kinds[number]!;
    const shingles = this.#lists.get(2 * number);
    return this.#isShort[number]
      ? { kind, shingles, shortText: this.#lists.get(2 * number + 1) }
      : { kind, shingles };
  }

  #topicNumber(topic: string): number {
    const known = this.#topicNumbers.get(topic);
    if (known !== undefined) return known;
    this.#topicNumbers.set(topic, this.topics.length);
    return this.topics.push(topic) - 1;
  }
}

const emptyList = new Uint32Array(0);
