/** One rule of curation on one thread, without the engine around it, as a library would be used. */
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curateConfig } from '../../../src/data/config.ts';
import { pii } from '../../../src/data/rules/pii.ts';
import { comparableOf, type SimilarityFact } from '../../../src/data/near-duplicates/similarity-fact.ts';
import { loadExamples } from '../../../src/data/read-examples.ts';
import { findNearDuplicates } from '../../../test/support/near-duplicates.ts';
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
  const lines: string[] = [];
  const facts: SimilarityFact[] = [];
  for (const file of globSync(join(texts, '*.jsonl')).sort())
    for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
      const { id, text } = JSON.parse(line) as { id: string; text: string };
      facts.push({ ...comparableOf(text), id, preferences: 0 });
      lines.push(line);
    }
  const { keeperOf } = await findNearDuplicates(facts, { threshold, largestShare });
  await writeFile(work, lines.filter((_line, i) => !keeperOf.has(i)).join('\n'));
  const considered = facts.map(({ id }) => id);
  const kept = considered.filter((_id, i) => !keeperOf.has(i));
  return { seconds: secondsSince(startMs), considered, kept };
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
