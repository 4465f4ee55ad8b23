/** The customer-support recipe's training examples, made by the recipe itself, and the same as a TRL user has them. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeFileAtomic } from '../../src/base/files.ts';
import type { Example, Message } from '../../src/data/example.ts';
import { readExamples } from '../../src/data/read-examples.ts';
import { writeJsonLines } from '../../src/formats/jsonl.ts';
import { cacheFolder, root } from '../paths.ts';

/** A message as chat templates without tools have it. */
type PlainMessage = { role: string; content: string };

/** A project in the cache that reads the recipe's files where they are, with `change` made to its attune.yaml. */
export async function recipeProject(name: string, change = (yaml: string): string => yaml): Promise<string> {
  const project = join(cacheFolder, name);
  const recipe = join('..', '..', '..', 'recipes', 'customer-support');
  const yaml = await readFile(join(project, recipe, 'attune.yaml'), 'utf8');
  await writeFileAtomic(join(project, 'attune.yaml'), change(yaml.replaceAll(' ./', ` ${recipe}/`)));
  return project;
}

/** Runs the recipe up to its split; returns train.jsonl. */
export async function recipeExamples(project: string): Promise<string> {
  const attune = join(root, 'bin', 'attune.js');
  const run = [attune, '--json', 'run', '--until', 'split'];
  const { stdout } = await promisify(execFile)(process.execPath, run, { cwd: project, maxBuffer: 2 ** 26 });
  const { stages } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    stages: { stage: string; folder: string }[];
  };
  return join(stages.find(({ stage }) => stage === 'split')!.folder, 'train.jsonl');
}

/** The same pairs for both sides. */
export type PairFiles = { ours: string; trl: string };

/**
 * One preference pair for each of the first `count` conversations that have one: the agent's last reply in words was
 * chosen, and what an agent said last in another conversation on the same topic was rejected.
 */
export async function pairFiles(examples: string, count: number): Promise<PairFiles> {
  const files = {
    ours: join(cacheFolder, `pairs-${count}.jsonl`),
    trl: join(cacheFolder, `pairs-${count}-trl.jsonl`),
  };
  const ends: { example: Example; at: number }[] = [];
  for await (const example of readExamples(examples)) {
    const at = example.messages.findLastIndex(({ role, content }) => role === 'assistant' && content !== '');
    if (at > 0) ends.push({ example, at });
  }
  const pairs = ends.flatMap(({ example, at }, i) => {
    const chosen = example.messages[at]!;
    const other = ends.find(
      (end, j) =>
        j > i && end.example.meta.topic === example.meta.topic && lastReply(end).content !== chosen.content,
    );
    return other === undefined ? [] : [{ example, at, chosen, rejected: lastReply(other).content }];
  });
  const kept = pairs.slice(0, count);
  await writeJsonLines(
    files.ours,
    kept.map(({ example, at, chosen, rejected }): Example => {
      const before = example.messages.slice(0, at).map((message) => ({ ...message, trained: false }));
      const answer: Message = {
        role: 'assistant',
        content: chosen.content,
        rejected: [{ content: rejected }],
      };
      return { meta: example.meta, messages: [...before, answer] };
    }),
  );
  await writeJsonLines(
    files.trl,
    kept.map(({ example, at, chosen, rejected }) => ({
      prompt: example.messages.slice(0, at).map(plain),
      chosen: [{ role: 'assistant', content: chosen.content }],
      rejected: [{ role: 'assistant', content: rejected }],
    })),
  );
  return files;
}

const lastReply = ({ example, at }: { example: Example; at: number }): Message => example.messages[at]!;

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
