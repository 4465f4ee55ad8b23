import type { SketchedFact } from './sketched-fact.ts';
import { sketchSize } from './sketch.ts';

/** What people know a record by. */
export type Label = { id: string; topic?: string };

/** A record as far as its similarity to others is concerned. */
export type SimilarRecord = Omit<SketchedFact, 'shingleKeys' | 'wordKeys'> & { index: number };

const integerBytes = 4;
/** Length, forms, preferences, numbers of shingles and words, bytes of the id and of the topic. */
const headerIntegers = 7;
const characterForm = 1;
const shortForm = 2;
const syntheticForm = 4;
const topicForm = 8;
const empty = new Uint32Array(0);

/** As bytes: a header of integers, the sketch, shingles, words, id and topic. */
export function encodeRecord(fact: SketchedFact): Uint8Array {
  const { id, topic = '', length, preferences, kind, shingles, shortText = empty, sketch } = fact;
  const form =
    (kind === 'character' ? characterForm : 0) |
    (fact.shortText ? shortForm : 0) |
    (fact.synthetic ? syntheticForm : 0) |
    (fact.topic === undefined ? 0 : topicForm);
  const [idBytes, topicBytes] = [Buffer.byteLength(id), Buffer.byteLength(topic)];
  const listsAt = headerIntegers * integerBytes + sketchSize;
  const idAt = listsAt + (shingles.length + shortText.length) * integerBytes;
  const bytes = Buffer.alloc(idAt + idBytes + topicBytes);
  const header = [length, form, preferences | 0, shingles.length, shortText.length, idBytes, topicBytes];
  header.forEach((value, i) => bytes.writeInt32LE(value, i * integerBytes));
  bytes.set(sketch, headerIntegers * integerBytes);
  const lists = new Uint32Array(bytes.buffer, listsAt, shingles.length + shortText.length);
  lists.set(shingles);
  lists.set(shortText, shingles.length);
  bytes.write(id, idAt);
  bytes.write(topic, idAt + idBytes);
  return bytes;
}

export function decodeRecord(index: number, bytes: Buffer): SimilarRecord {
  const { buffer, byteOffset } = bytes;
  const [length, form, preferences, shingleCount, wordCount, idBytes, topicBytes] = new Int32Array(
    buffer,
    byteOffset,
    headerIntegers,
  ) as unknown as [number, number, number, number, number, number, number];
  const listsAt = headerIntegers * integerBytes + sketchSize;
  const wordsAt = listsAt + shingleCount * integerBytes;
  const idAt = wordsAt + wordCount * integerBytes;
  return {
    index,
    id: bytes.toString('utf8', idAt, idAt + idBytes),
    ...((form & topicForm) !== 0 && {
      topic: bytes.toString('utf8', idAt + idBytes, idAt + idBytes + topicBytes),
    }),
    length,
    synthetic: (form & syntheticForm) !== 0,
    preferences,
    kind: (form & characterForm) === 0 ? 'word' : 'character',
    sketch: bytes.subarray(headerIntegers * integerBytes, listsAt),
    shingles: new Uint32Array(buffer, byteOffset + listsAt, shingleCount),
    ...((form & shortForm) !== 0 && {
      shortText: new Uint32Array(buffer, byteOffset + wordsAt, wordCount),
    }),
  };
}
