/** Asks transformers and PEFT (load_back.py) about a folder that Attune wrote. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('load_back.py', import.meta.url));
/** ATTUNE_PYTHON names a Python that has scripts/golden/requirements.txt installed. */
const python = process.env['ATTUNE_PYTHON'] ?? 'python3';

/** Why the reference cannot be asked on this machine, or false when it can: what `skip` of a test wants. */
export function referenceMissing(): string | false {
  const { error, status } = spawnSync(python, ['-c', 'import torch, transformers, peft, bitsandbytes'], {
    stdio: 'ignore',
  });
  if (!error && status === 0) return false;
  return `${python} lacks torch, transformers, peft or bitsandbytes: install scripts/golden/requirements.txt and set ATTUNE_PYTHON`;
}

export type ReferenceScore = { logProbabilities: number[]; correct: number[] };

/** Scores every token but the first of each sequence, as transformers (and PEFT, with an adapter) loads the folders. */
export async function referenceScores(
  folders: { base: string; adapter?: string },
  sequences: readonly (readonly number[])[],
): Promise<ReferenceScore[]> {
  const { scores } = (await ask({ ...folders, sequences })) as { scores: ReferenceScore[] };
  return scores;
}

/** A message as transformers' apply_chat_template takes it. */
export type ReferenceMessage = { role: string; content: string; name?: string; tool_calls?: unknown };

/** Token ids of texts, and each conversation rendered without and with the generation prompt. */
export async function referenceText(
  base: string,
  texts: readonly string[],
  conversations: readonly (readonly ReferenceMessage[])[],
): Promise<{ ids: number[][]; rendered: [string, string][] }> {
  return (await ask({ base, texts, conversations })) as { ids: number[][]; rendered: [string, string][] };
}

function ask(request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, [script], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`load_back.py failed:\n${stderr}`, { cause: error }));
      else resolve(JSON.parse(stdout));
    });
    child.stdin!.end(JSON.stringify(request));
  });
}
