/** The programs that curation is compared with, and ours, each in a process that waits until it is told to run. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/base/files.ts';
import type { Example } from '../../src/data/example.ts';
import { loadExamples } from '../../src/data/read-examples.ts';
import { type Child, openChild } from '../child.ts';
import { cacheFolder } from '../paths.ts';
import { pythonWith } from '../python.ts';
import type { AloneJob } from './children/alone.ts';
import type { StagesJob } from './children/stages.ts';

export type Outcome = {
  seconds: number;
  /** Ids of the records that were looked at for duplicates and of those that are left; not where nothing is left out. */
  considered?: string[];
  kept?: string[];
};

export type Peer = Pick<Child, 'hello' | 'close'> & { run: () => Promise<Outcome> };

export function pythonWithCuration(say: (line: string) => void): Promise<string> {
  return pythonWith({
    requirements: join(import.meta.dirname, 'requirements.txt'),
    folder: join(cacheFolder, 'curate-venv'),
    say,
  });
}

/** A program of `peers/`. */
export async function openPython(
  python: string,
  file: string,
  job: Readonly<Record<string, unknown>>,
): Promise<Peer> {
  const { hello, ask, close } = await openChild({
    name: file,
    command: python,
    args: [join(import.meta.dirname, 'peers', file), JSON.stringify(job)],
    environment: { OMP_NUM_THREADS: '1', PYTHONWARNINGS: 'ignore' },
  });
  return { hello, close, run: async () => (await ask({ command: 'run' })) as unknown as Outcome };
}

/** The stage curate of Attune. What collect takes does not count: it makes what the others are given as plain texts. */
export async function openOurs(job: StagesJob): Promise<Peer & { examples: Example[] }> {
  const { hello, ask, close } = await openNode('stages.ts', job);
  await ask({ command: 'run', stage: 'collect' });
  const examples = await loadExamples(collectedIn(job.folder));
  return {
    hello,
    close,
    examples,
    run: async () => (await ask({ command: 'run', stage: 'curate' })) as { seconds: number },
  };
}

/** One rule of Attune on one thread. */
export async function openAlone(job: AloneJob): Promise<Peer> {
  const { hello, ask, close } = await openNode('alone.ts', job);
  return { hello, close, run: async () => (await ask({ command: 'run' })) as unknown as Outcome };
}

export const collectedIn = (folder: string): string => join(folder, 'collect', 'examples.jsonl');

function openNode(file: string, job: object): Promise<Child> {
  return openChild({
    name: 'ours',
    command: process.execPath,
    args: [join(import.meta.dirname, 'children', file), JSON.stringify(job)],
    environment: {},
  });
}

/** What is compared: what customer and agent say. */
export function textsOf(examples: readonly Example[]): Map<string, string> {
  return new Map(
    examples.map(({ meta, messages }) => [
      meta.id,
      messages
        .filter(({ role }) => role === 'user' || role === 'assistant')
        .map(({ content }) => content)
        .join('\n'),
    ]),
  );
}

/** Writes the texts as the peers read them, {id, text} in as many files as there are to be processes. */
export async function writeTexts(
  folder: string,
  texts: ReadonlyMap<string, string>,
  files: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = [...texts].map(([id, text]) => `${JSON.stringify({ id, text })}\n`);
  const each = Math.ceil(lines.length / files);
  for (let file = 0; file < files; file++)
    await writeFileAtomic(
      join(folder, `${file}.jsonl`),
      lines.slice(file * each, (file + 1) * each).join(''),
    );
}

/** The first lines of a file, as a file of their own. */
export async function firstLines(source: string, count: number, path: string): Promise<void> {
  const lines = (await readFile(source, 'utf8')).split('\n').slice(0, count);
  await writeFileAtomic(path, `${lines.join('\n')}\n`);
}
