/**
 * Near-duplicates against brute force on public sets, and their speed. The folder ATTUNE_DATA holds the sets as their
 * authors publish them (near-duplicate-sets.ts has the paths); without it there is nothing to measure.
 */
import { findSet } from '../../../src/base/union-find.ts';
import { chooseBanding } from '../../../src/data/near-duplicates/banding.ts';
import { comparableOf } from '../../../src/data/near-duplicates/similarity-fact.ts';
import { bandKeysInto, sketchInto, sketchSize } from '../../../src/data/near-duplicates/sketch.ts';
import {
  characterShingles,
  connectedBy,
  plainJaccard,
  plainNormalise,
  similarPairs,
  wordShingles,
} from '../../../test/support/brute-force-duplicates.ts';
import { findNearDuplicates } from '../../../test/support/near-duplicates.ts';
import { readSets, type TextSet } from '../near-duplicate-sets.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import type { CommonContext } from '../../program.ts';

const targets = { recall: 0.97, precision: 1, megabytesPerSecond: 20 };

type Row = {
  set: string;
  texts: number;
  threshold: number;
  exact: number;
  pairs: number;
  recall: number;
  /** Records beyond one in each set of connected ones; `bruteForceRemoved` by all pairs. */
  removed: number;
  bruteForceRemoved: number;
  largest: number;
  /** Records that the rule would remove: those verified against their keeper, short texts by their words. */
  verified: number;
  /** Share of the removals and unions that brute force confirms. */
  precision: number;
  seconds: number;
};

async function measure({ name, texts, characters, threshold }: TextSet): Promise<Row> {
  const key = (text: string): string =>
    characters ? plainNormalise(text).replaceAll(' ', '') : plainNormalise(text);
  const distinct = [...new Map(texts.map((text) => [key(text), text])).values()];
  const sets = distinct.map((text) => (characters ? characterShingles(text) : wordShingles(text)));
  const pairs = similarPairs(sets, threshold);
  const reference = connectedBy(distinct.length, pairs);
  const start = performance.now();
  const plain = await search(distinct, threshold, false);
  const seconds = (performance.now() - start) / 1000;
  const shipped = await search(distinct, threshold, true);
  const found = pairs.filter(([a, b]) => plain.root[a] === plain.root[b]);
  const joins = distinct.map((_, i) => i).filter((i) => plain.root[i] !== i);
  const confirmed =
    joins.filter((i) => reference[i] === reference[plain.root[i]!]).length +
    plain.removals.filter(([a, b]) => plainJaccard(sets[a]!, sets[b]!) >= threshold).length;
  const sizes = [...Map.groupBy(plain.root, (root) => root).values()].map((members) => members.length);
  return {
    set: name,
    texts: texts.length,
    threshold,
    exact: texts.length - distinct.length,
    pairs: pairs.length,
    recall: pairs.length === 0 ? 1 : found.length / pairs.length,
    removed: joins.length,
    bruteForceRemoved: reference.filter((lowest, i) => lowest !== i).length,
    largest: Math.max(...sizes),
    verified: shipped.removals.length,
    precision: joins.length === 0 ? 1 : confirmed / (joins.length + plain.removals.length),
    seconds,
  };
}

async function search(
  texts: readonly string[],
  threshold: number,
  shortByWords: boolean,
): Promise<{ root: number[]; removals: [number, number][] }> {
  const facts = texts.map((text, i) => ({
    ...comparableOf(text),
    ...(!shortByWords && { shortText: undefined }),
    id: String(i),
    preferences: 0,
  }));
  const { sets, keeperOf } = await findNearDuplicates(facts, { threshold });
  return {
    root: texts.map((_, i) => findSet(sets, i)),
    removals: [...keeperOf].map(([record, keeper]) => [record, Number(keeper)]),
  };
}

/** Megabytes a second of processor time: shingles, sketches and band keys of texts of about 500 bytes, on this thread. */
function measureSpeed(texts: readonly string[]): number {
  const conversations: string[] = [];
  for (let at = 0; at < texts.length; at += 8) conversations.push(texts.slice(at, at + 8).join('\n'));
  const bytes = conversations.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const sketch = new Uint32Array(sketchSize);
  const banding = chooseBanding(0.8);
  const keys = new Uint32Array(banding.bands);
  const rounds = Math.ceil(30e6 / bytes);
  let best = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = process.cpuUsage();
    for (let round = 0; round < rounds; round++)
      for (const text of conversations) {
        sketchInto(sketch, comparableOf(text).shingles);
        bandKeysInto(keys, sketch, banding);
      }
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (rounds * bytes) / (user + system));
  }
  return best;
}

export async function nearDuplicatesSection({ say, quick }: CommonContext): Promise<SectionResult> {
  const folder = process.env['ATTUNE_DATA'];
  if (folder === undefined) {
    say('near-duplicates: not measured, as ATTUNE_DATA names no folder with the public sets');
    return { findings: [], measured: {} };
  }
  const sets = await readSets(folder);
  const rows: Row[] = [];
  for (const set of quick ? sets.slice(0, 1) : sets) {
    const row = await measure(set);
    say(
      `${row.set}: ${row.texts} texts, ${row.exact} exact; J >= ${row.threshold}: ${row.pairs} pairs, recall ${row.recall.toFixed(4)}, ` +
        `${row.removed} in addition (brute force ${row.bruteForceRemoved}), largest ${row.largest}, ` +
        `${row.verified} as shipped, precision ${row.precision.toFixed(4)}, ${row.seconds.toFixed(2)} s`,
    );
    rows.push(row);
  }
  const megabytesPerSecond = measureSpeed(sets[0]!.texts);
  return {
    findings: [...rows.flatMap(findingsOf), speedFinding(megabytesPerSecond)],
    measured: { rows, megabytesPerSecond },
  };
}

const one = (ratio: number): Finding['ratio'] => ({
  median: ratio,
  minimum: ratio,
  maximum: ratio,
  count: 1,
});

function findingsOf({
  set,
  threshold,
  pairs,
  recall,
  removed,
  bruteForceRemoved,
  precision,
}: Row): Finding[] {
  const what = `${set}, J >= ${threshold}`;
  return [
    {
      section: 'near-duplicates',
      what: `${what}: pairs found`,
      ours: String(Math.round(recall * pairs)),
      peer: `${pairs} by brute force`,
      ratio: one(recall),
      target: { atLeast: targets.recall },
    },
    {
      section: 'near-duplicates',
      what: `${what}: removals that brute force confirms`,
      ours: String(removed),
      peer: `${bruteForceRemoved} by brute force`,
      ratio: one(precision),
      target: { atLeast: targets.precision },
    },
  ];
}

function speedFinding(megabytesPerSecond: number): Finding {
  return {
    section: 'near-duplicates',
    what: 'shingles, sketches and band keys on one core',
    ours: `${megabytesPerSecond.toFixed(1)} MB/s`,
    peer: `${targets.megabytesPerSecond} MB/s promised`,
    ratio: one(megabytesPerSecond / targets.megabytesPerSecond),
    target: { atLeast: 1 },
  };
}
