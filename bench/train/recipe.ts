/** The customer-support recipe's training examples, made by the recipe itself, and the same as a TRL user has them. */
import { execFile } from 'node:child_process';
import { cp, glob } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../../src/base/files.ts';
import type { Message } from '../../src/data/example.ts';
import { readExamples } from '../../src/data/read-examples.ts';
import { writeJsonLines } from '../../src/formats/jsonl.ts';
import { cacheFolder, root } from './models.ts';

/** A message as chat templates without tools have it. */
type PlainMessage = { role: string; content: string };

/** Runs the recipe up to its split; returns train.jsonl. */
export async function recipeExamples(): Promise<string> {
  const project = join(cacheFolder, 'customer-support');
  if (!(await exists(project)))
    await cp(join(root, 'recipes', 'customer-support'), project, {
      recursive: true,
      filter: (path) => !path.includes('.attune'),
    });
  const attune = join(root, 'bin', 'attune.js');
  await promisify(execFile)(process.execPath, [attune, 'run', '--until', 'split'], { cwd: project });
  for await (const file of glob(join(project, '.attune', 'artifacts', 'split-*', 'train.jsonl'))) return file;
  throw new Error(`the recipe left no training examples in ${project}`);
}

/** Writes the examples for TRL: {messages: [{role, content}]}. Returns the file. */
export async function messagesFile(examples: string): Promise<string> {
  const path = join(cacheFolder, 'messages.jsonl');
  async function* records(): AsyncGenerator<{ messages: PlainMessage[] }> {
    for await (const { messages } of readExamples(examples)) yield { messages: messages.map(plain) };
  }
  await writeJsonLines(path, records());
  return path;
}

/**
 * Tool calls are put into the content, as attune-base's template would: a table of Arrow gives every call the arguments
 * of all the others, as nulls.
 */
function plain({ role, content, toolCalls = [] }: Message): PlainMessage {
  const calls = toolCalls.map((call) => `<tool_call>${JSON.stringify(call)}</tool_call>`);
  return { role, content: content + calls.join('') };
}
