/**
 * Asks transformers and PEFT about a folder that Attune wrote: load_back.py, a process that a test file starts once and
 * that answers a line of JSON with a line of JSON.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('load_back.py', import.meta.url));
/** ATTUNE_PYTHON names a Python that has scripts/golden/requirements.txt installed. */
const python = process.env['ATTUNE_PYTHON'] ?? 'python3';

/** Why `python` cannot run what imports these modules, or false when they are installed: what `skip` of a test wants. */
export function pythonLacks(...modules: readonly string[]): string | false {
  // Finding takes a moment, importing seconds. An installation that is there but broken makes the tests red.
  const program =
    'import importlib.util, sys; print(*[name for name in sys.argv[1:] if not importlib.util.find_spec(name)])';
  const { error, status, stdout } = spawnSync(python, ['-c', program, ...modules], { encoding: 'utf8' });
  if (error || status !== 0) return `${python} does not run`;
  const missing = stdout.trim();
  return missing === '' ? false : `${python} lacks ${missing.replaceAll(' ', ', ')}`;
}

/** Why the reference cannot be asked on this machine, or false when it can. */
export function referenceMissing(): string | false {
  const reason = pythonLacks('torch', 'transformers', 'peft', 'bitsandbytes');
  return (
    reason && `${reason}; install scripts/golden/requirements.txt in the Python that ATTUNE_PYTHON names`
  );
}

/** Runs a Python program to its end; what it prints is JSON. */
export function runPython(program: string, ...args: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync(python, ['-c', program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Python program failed:\n${stderr}`);
  return JSON.parse(stdout);
}

export type ReferenceScore = { logProbabilities: number[]; correct: number[] };

/** A message as transformers' apply_chat_template takes it. */
export type ReferenceMessage = { role: string; content: string; name?: string; tool_calls?: unknown };

/** The process, from the first question to `close`. */
export class Reference {
  #process: RunningReference | undefined;

  /** Scores every token but the first of each sequence, as transformers (and PEFT, with an adapter) loads the folders. */
  async scores(
    folders: { base: string; adapter?: string },
    sequences: readonly (readonly number[])[],
  ): Promise<ReferenceScore[]> {
    const { scores } = (await this.#ask({ ...folders, sequences })) as { scores: ReferenceScore[] };
    return scores;
  }

  /** Token ids of texts, and each conversation rendered without and with the generation prompt. */
  async text(
    base: string,
    texts: readonly string[],
    conversations: readonly (readonly ReferenceMessage[])[],
  ): Promise<{ ids: number[][]; rendered: [string, string][] }> {
    const reply = await this.#ask({ base, texts, conversations });
    return reply as { ids: number[][]; rendered: [string, string][] };
  }

  async close(): Promise<void> {
    if (this.#process === undefined) return;
    this.#process.child.stdin.end();
    await this.#process.ended;
  }

  async #ask(question: object): Promise<unknown> {
    const { child, replies, ended } = (this.#process ??= startReference());
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await replies.next();
    if (done) throw new Error(`load_back.py ended:\n${await ended}`);
    const reply = JSON.parse(value) as { error?: string };
    if (reply.error !== undefined) throw new Error(`load_back.py failed:\n${reply.error}`);
    return reply;
  }
}

type RunningReference = {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  replies: AsyncIterator<string, undefined>;
  /** Resolves to what it wrote on standard error. */
  ended: Promise<string>;
};

function startReference(): RunningReference {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      errors += error.message;
    });
    child.on('close', () => {
      resolve(errors);
    });
  });
  // Of a process that is gone, the missing reply tells.
  child.stdin.on('error', () => {});
  return { child, replies: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
}
