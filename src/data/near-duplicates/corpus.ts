import { join } from 'node:path';
import { GrowingList } from '../../base/growing-list.ts';
import { BandKeys } from './band-keys.ts';
import { bandKeysInto } from './sketch.ts';
import { type Banding, chooseBanding } from './banding.ts';
import type { SimilarityFact } from './fact.ts';
import { ShingleStore } from './shingle-store.ts';
import { similarity } from './similarity.ts';
import { leastAgreement, Sketches } from './sketches.ts';
import { sketchInto, sketchSize } from './sketch.ts';

/** Records that can become candidates by the keys of one kind of sketch: their numbers, and the keys in that order. */
export type KeyedRecords = { records: GrowingList<Int32Array>; keys: BandKeys };

const absent = -1;
const characterForm = 1;
const shortForm = 2;
const syntheticForm = 4;

const integers = (): GrowingList<Int32Array> => new GrowingList((size) => new Int32Array(size));

/**
 * All records as far as their similarity is concerned. In memory: sketches of 128 bytes, ids, and a few numbers each;
 * shingles and band keys lie in the scratch folder. Close it.
 */
export class SimilarityCorpus {
  readonly threshold: number;
  readonly banding: Banding;
  readonly ids: string[] = [];
  readonly #topics: string[] = [];
  /** Each record's place among the topics, or -1. */
  readonly #topicOf = integers();
  readonly #lengths = integers();
  readonly preferences = integers();
  /** Of shingles, for every text with words; of the words themselves, for short texts. */
  readonly keyed: readonly [shingles: KeyedRecords, words: KeyedRecords];
  readonly #topicNumbers = new Map<string, number>();
  /** By what a text is compared, and whether it was made up: bits. */
  readonly #forms = new GrowingList((size) => new Uint8Array(size));
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
      { records: integers(), keys: new BandKeys(join(scratchFolder, 'shingle-keys.scratch'), bands) },
      { records: integers(), keys: new BandKeys(join(scratchFolder, 'word-keys.scratch'), bands) },
    ];
  }

  get size(): number {
    return this.ids.length;
  }

  add({ id, topic, length, synthetic, preferences, kind, shingles, shortText }: SimilarityFact): void {
    const number = this.size;
    this.ids.push(id);
    this.#topicOf.push(topic === undefined ? absent : this.#topicNumber(topic));
    this.#lengths.push(length);
    this.preferences.push(preferences);
    this.#forms.push(
      (kind === 'character' ? characterForm : 0) |
        (shortText ? shortForm : 0) |
        (synthetic ? syntheticForm : 0),
    );
    this.#lists.add(shingles);
    this.#lists.add(shortText ?? emptyList);
    const [byShingles, byWords] = this.keyed;
    // A text without words is a candidate for nothing.
    if (shortText && shortText.length > 0) this.#addKeys(byWords, number, shortText);
    if (shingles.length > 0) this.#addKeys(byShingles, number, shingles);
    this.#sketches.add(this.#sketch);
  }

  topic(number: number): string | undefined {
    return this.#topics[this.#topicOf.at(number)];
  }

  /** Similarity in [0, 1], from the shingles or words themselves. */
  similarity(a: number, b: number): number {
    return similarity(this.#comparable(a), this.#comparable(b));
  }

  /** False for pairs that are surely below the threshold; costs a hundredth of reading both texts. */
  mayBeSimilar(a: number, b: number): boolean {
    const [formA, formB] = [this.#forms.at(a), this.#forms.at(b)];
    if ((formA & characterForm) !== (formB & characterForm)) return false;
    // Short texts are not compared by the shingles that their sketches are of.
    return (formA & formB & shortForm) !== 0 || this.#sketches.agree(a, b, this.#leastAgreement);
  }

  /** The records, those to keep rather than others first: real ones, longest, then lowest id. */
  inOrderOfKeeping(): Uint32Array {
    const { ids } = this;
    const lengths = this.#lengths.view();
    const forms = this.#forms.view();
    const order = new Uint32Array(ids.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    return order.sort(
      (a, b) =>
        (forms[a]! & syntheticForm) - (forms[b]! & syntheticForm) ||
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
    const form = this.#forms.at(number);
    const kind = (form & characterForm) === 0 ? 'word' : 'character';
    const shingles = this.#lists.get(2 * number);
    return (form & shortForm) !== 0
      ? { kind, shingles, shortText: this.#lists.get(2 * number + 1) }
      : { kind, shingles };
  }

  #topicNumber(topic: string): number {
    const known = this.#topicNumbers.get(topic);
    if (known !== undefined) return known;
    this.#topicNumbers.set(topic, this.#topics.length);
    return this.#topics.push(topic) - 1;
  }
}

const emptyList = new Uint32Array(0);
