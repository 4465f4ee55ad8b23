/** One rule of curation on one thread, without the engine around it, as a library would be used. */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../../src/base/progress.ts';
import { curateConfig } from '../../../src/data/config.ts';
import { pii } from '../../../src/data/rules/pii.ts';
import { divideComponents } from '../../../src/data/near-duplicates/clusters.ts';
import { findComponents } from '../../../src/data/near-duplicates/components.ts';
import { SimilarityCorpus } from '../../../src/data/near-duplicates/corpus.ts';
import { comparableOf } from '../../../src/data/near-duplicates/fact.ts';
import { loadExamples } from '../../../src/data/read-examples.ts';
import { answer, job } from '../../answer.ts';
import type { Reply } from '../../child.ts';

export type AloneJob =
  /** Files of {id, text} in a folder; what is kept is written to `work`. */
  | { rule: 'near_duplicates'; texts: string; work: string }
  /** A file of examples as collect writes it. */
  | { rule: 'pii'; examples: string };

const settings = job<AloneJob>();
const config = curateConfig.parse({});
const secondsSince = (startMs: number): number => (performance.now() - startMs) / 1000;

async function nearDuplicates(texts: string, work: string): Promise<Reply> {
  const startMs = performance.now();
  const { threshold, largest_share: largestShare } = config.deduplicate.near;
  const scratchFolder = mkdtempSync(join(tmpdir(), 'attune-near-duplicates-'));
  const corpus = new SimilarityCorpus({ threshold, scratchFolder });
  try {
    const lines: string[] = [];
    const considered: string[] = [];
    for (const file of globSync(join(texts, '*.jsonl')).sort())
      for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
        const { id, text } = JSON.parse(line) as { id: string; text: string };
        corpus.add({ ...comparableOf(text), id, preferences: 0 });
        considered.push(id);
        lines.push(line);
      }
    const { signal } = new AbortController();
    const sets = await findComponents(corpus, { honourPreferences: true, report: silent, signal });
    const removed = new Set<number>();
    for (const { members } of divideComponents(corpus, sets, { largestShare }))
      for (const { record } of members) removed.add(record);
    await writeFile(work, lines.filter((_line, i) => !removed.has(i)).join('\n'));
    const kept = considered.filter((_id, i) => !removed.has(i));
    return { seconds: secondsSince(startMs), considered, kept };
  } finally {
    corpus.close();
    rmSync(scratchFolder, { recursive: true });
  }
}

const examples = settings.rule === 'pii' ? await loadExamples(settings.examples) : [];
// Presidio's engine is made before it is timed, too.
const { decide } = pii(config.pii);
examples.slice(0, 1).map(decide);

await answer(
  {},
  {
    run: async () => {
      if (settings.rule === 'near_duplicates') return nearDuplicates(settings.texts, settings.work);
      const startMs = performance.now();
      const changed = examples.filter((one) => {
        const verdict = decide(one);
        return verdict.drop !== undefined || verdict.changes !== undefined;
      }).length;
      return { seconds: secondsSince(startMs), changed };
    },
  },
);
