/** The child's side of child.ts: says hello, then answers one command after the other until its input ends. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Reply } from './child.ts';

/** The job that the parent gave as the first argument. */
export function job<T>(): T {
  return JSON.parse(process.argv[2]!) as T;
}

export async function answer(
  hello: Reply,
  commands: Readonly<Record<string, (request: Reply) => Promise<Reply>>>,
): Promise<void> {
  say(hello);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Reply & { command: string };
    say(await commands[request.command]!(request));
  }
}

function say(reply: Reply): void {
  process.stdout.write(JSON.stringify({ bench: reply }) + '\n');
}

/** The most memory this process ever held resident, as Linux counts it. */
export async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s*(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? process.resourceUsage().maxRSS * 1024 : Number(kilobytes) * 1024;
}
