import { rm } from 'node:fs/promises';
import { seededRandom, shuffled } from '../../base/random.ts';
import { writeJsonLines } from '../../formats/jsonl.ts';
import type { CurateConfig } from '../config.ts';
import type { Example } from '../example.ts';
import type { Filter } from '../filter.ts';
import { readExamples } from '../read-examples.ts';

type Budget = NonNullable<CurateConfig['budget']>;

/**
 * Keeps a seeded sample of at most `budget.examples`. The sample can only be drawn when all have been seen, so the
 * examples wait in a file beside `scratchPath`; memory holds their topics alone.
 */
export function budgetSample(
  budget: Budget,
  { seed, scratchPath }: { seed: number; scratchPath: string },
): Filter {
  return {
    name: 'budget',
    run: async function* (examples, log) {
      const topics: string[] = [];
      const labelled = async function* (): AsyncGenerator<Example> {
        for await (const example of examples) {
          topics.push(budget.by === 'topic' ? (example.meta.topic ?? '') : '');
          yield example;
        }
      };
      try {
        await writeJsonLines(scratchPath, labelled());
        const chosen = chooseSample(topics, budget.examples, seed);
        const reason = `not in the sample of ${budget.examples}`;
        let i = 0;
        for await (const example of readExamples(scratchPath)) {
          if (chosen.has(i)) yield example;
          else log.dropped(example, reason);
          i += 1;
        }
      } finally {
        await rm(scratchPath, { force: true });
      }
    },
  };
}

/** Indices of the sample: every topic in proportion by the largest-remainder method, drawn at random within a topic. */
export function chooseSample(topics: readonly string[], size: number, seed: number): Set<number> {
  if (topics.length <= size) return new Set(topics.keys());
  const byTopic = Map.groupBy(topics.keys(), (i) => topics[i]!);
  const names = [...byTopic.keys()].sort();
  const quotas = names.map((name) => (byTopic.get(name)!.length * size) / topics.length);
  const counts = quotas.map(Math.floor);
  const order = [...names.keys()].sort(
    (a, b) => quotas[b]! - counts[b]! - (quotas[a]! - counts[a]!) || a - b,
  );
  const left = size - counts.reduce((sum, count) => sum + count, 0);
  for (const i of order.slice(0, left)) counts[i]! += 1;
  return new Set(
    names.flatMap((name, i) =>
      shuffled(byTopic.get(name)!, seededRandom(seed, 'budget', name)).slice(0, counts[i]),
    ),
  );
}
