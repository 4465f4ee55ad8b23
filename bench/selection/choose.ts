/** The project's own selection, as a project file would ask for it. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { curateConfig } from '../../src/data/config.ts';
import { curate } from '../../src/data/curate.ts';
import { openRunner } from '../../src/data/engine/job-runner.ts';
import type { Example } from '../../src/data/example.ts';
import { readJsonLines, writeJsonLines } from '../../src/formats/jsonl.ts';

export type Settings = Pick<z.input<typeof curateConfig>, 'quality' | 'diversity'>;
export type Shares = { quality: number; diversity: number };

/** Ids of the conversations that quality and diversity keep of these. */
export async function choose(
  examples: readonly Example[],
  settings: Settings,
  shares: Shares,
  seed: number,
): Promise<Set<string>> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-selection-'));
  try {
    const path = join(folder, 'in.jsonl');
    await writeJsonLines(path, examples);
    for (const name of ['out', 'work']) await mkdir(join(folder, name));
    await curate({
      config: curateConfig.parse({ ...settings, funnel: { ...shares, at_least: 0 } }),
      choosingOnly: true,
      projectFolder: folder,
      examplesPaths: [path],
      outputFolder: join(folder, 'out'),
      workFolder: join(folder, 'work'),
      seed,
      openRunner: (jobs) => openRunner(jobs, 1),
      report: () => {},
      signal: new AbortController().signal,
    });
    const kept = new Set<string>();
    for await (const { value } of readJsonLines(join(folder, 'out', 'examples.jsonl')))
      kept.add((value as Example).meta.id);
    return kept;
  } finally {
    await rm(folder, { recursive: true });
  }
}
