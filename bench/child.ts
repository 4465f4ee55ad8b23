/** A program of the comparison in a process of its own: told what to do by lines of JSON, answers by lines of JSON. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Child = {
  /** What the program said of itself when it was ready. */
  hello: Reply;
  /** Milliseconds from the start of the process until it was ready. */
  readyMs: number;
  ask: (command: Readonly<Record<string, unknown>>) => Promise<Reply>;
  close: () => Promise<void>;
};

export type Reply = Readonly<Record<string, unknown>>;

/** Answers carry this mark, since libraries print to standard output too. */
const mark = '{"bench":';

export type ChildOptions = {
  name: string;
  command: string;
  args: readonly string[];
  /** Set for both sides: OMP_NUM_THREADS and its like. */
  environment: Readonly<Record<string, string>>;
};

/** Starts the program and waits until it is ready. Throws with the end of what it printed when it ends before. */
export async function openChild({ name, command, args, environment }: ChildOptions): Promise<Child> {
  const startedMs = performance.now();
  const process_ = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const printed = tailOf(process_);
  const waiting: ((reply: Reply | Error) => void)[] = [];
  createInterface({ input: process_.stdout! }).on('line', (line) => {
    if (line.startsWith(mark)) waiting.shift()?.((JSON.parse(line) as { bench: Reply }).bench);
    else printed.add(line + '\n');
  });
  const ended = new Promise<void>((resolve) => {
    process_.on('close', (code, signal) => {
      const error = new Error(`${name} ended (${signal ?? `exit ${code}`}):\n${printed.text()}`);
      for (const answer of waiting.splice(0)) answer(error);
      resolve();
    });
  });
  process_.stdin!.on('error', () => {});
  const next = (): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (process_.exitCode !== null) reject(new Error(`${name} has ended:\n${printed.text()}`));
      waiting.push((reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  const hello = await next();
  return {
    hello,
    readyMs: performance.now() - startedMs,
    ask: (message) => {
      const reply = next();
      process_.stdin!.write(JSON.stringify(message) + '\n');
      return reply;
    },
    close: async () => {
      process_.stdin!.end();
      const patience = setTimeout(() => process_.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(patience);
    },
  };
}

function tailOf(child: ChildProcess): { add: (text: string) => void; text: () => string } {
  let text = '';
  const add = (more: string): void => {
    text = (text + more).slice(-4000);
  };
  child.stderr!.on('data', (data: Buffer) => add(data.toString()));
  return { add, text: () => text };
}
