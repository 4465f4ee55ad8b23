import { resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { SplitConfig } from '../config/split.ts';
import { type BenchmarkIndex, indexBenchmarks } from './overlap.ts';
import { type BenchmarkText, readBenchmarkTexts } from './read.ts';

/**
 * The benchmarks of a project file, ready to be looked for; undefined where it names none. Throws AttuneError 'data' when
 * a file cannot be read, or when all of them hold nothing long enough to look for.
 */
export async function openBenchmarks(
  { benchmarks, similarity }: SplitConfig,
  projectFolder: string,
): Promise<BenchmarkIndex | undefined> {
  if (benchmarks.length === 0) return undefined;
  const texts = async function* (): AsyncGenerator<BenchmarkText> {
    for (const path of benchmarks) yield* readBenchmarkTexts(resolve(projectFolder, path), path);
  };
  const index = await indexBenchmarks(texts(), similarity);
  if (index.texts === 0)
    throw new AttuneError('data', `${benchmarks.join(', ')}: no text of 8 words or more to look for`, {
      fix: 'Check the paths under split.benchmarks, or leave them out.',
    });
  return index;
}
