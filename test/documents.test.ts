/**
 * The documents do not lie: every `attune` command and flag they show exists, every npm script they name is there, and
 * every file they link to. Shell blocks that follow a `<!-- runnable -->` line are run, one after the other, in an
 * empty folder.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { buildProgram } from '../src/cli/program.ts';
import { projectConfig } from '../src/pipeline/config.ts';
import { silentIo } from '../scripts/silent-io.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const documents = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('{docs,recipes}/**/*.md', { cwd: root }).filter(
    // Reference is generated from the program; a recipe's knowledge base is somebody else's site.
    (file) => !file.includes('reference/') && !/data\/knowledge\/.*\//.test(file),
  ),
];
const texts = new Map(documents.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Code, fenced or indented or in backquotes: what a reader may type. */
function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```(?:sh|bash|shell|console)?\n(?<code>.*?)^```/gms)].map(
    (m) => m.groups!['code']!,
  );
  const indented = [...text.matchAll(/^ {4}(?<code>\S.*)$/gm)].map((m) => m.groups!['code']!);
  const inline = [...text.matchAll(/(?<!`)`(?<code>[^`\n]+)`(?!`)/g)].map((m) => m.groups!['code']!);
  return [...fenced, ...indented, ...inline]
    .flatMap((code) => code.split(/\n|&&|;|\|/))
    .map((line) => line.trim());
}

/** What is wrong with the words after `attune`, or undefined. */
function problemOf(words: readonly string[]): string | undefined {
  let command: Command = buildProgram(silentIo);
  let flags = command.options;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word.startsWith('#')) break;
    if (word.startsWith('-')) {
      const name = word.split('=')[0]!;
      const option = flags.find(({ short, long }) => name === short || name === long);
      if (option === undefined && !['--help', '-h', '--version', '-V'].includes(name))
        return `no flag ${name}`;
      if (option?.required === true && !word.includes('=')) index++;
      continue;
    }
    const sub: Command | undefined = command.commands.find((candidate) => candidate.name() === word);
    if (sub !== undefined) {
      command = sub;
      flags = [...flags, ...sub.options];
    } else if (command.commands.length > 0 && !/^[A-Z.…[<]/.test(word)) {
      return `no command ${word}`;
    }
  }
  return undefined;
}

test('every attune command and flag in the documents exists', () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const [file, text] of texts) {
    for (const line of codeOf(text)) {
      const words = line.match(
        /^(?:\$ )?(?:npx )?attune(?<words>(?: .*)?)$|^npm run attune --(?<rest> .*)$/,
      )?.groups;
      if (words === undefined) continue;
      checked++;
      const problem = problemOf((words['words'] ?? words['rest'] ?? '').trim().split(/\s+/).filter(Boolean));
      if (problem !== undefined) wrong.push(`${file}: \`${line}\`: ${problem}`);
    }
  }
  assert.ok(checked > 5, `only ${checked} commands found: has the pattern gone stale?`);
  assert.deepEqual(wrong, []);
});

test('a command that does not exist would be noticed', () => {
  assert.equal(problemOf(['trian']), 'no command trian');
  assert.equal(problemOf(['run', '--untill', 'train']), 'no flag --untill');
  assert.equal(problemOf(['run', '--until', 'train']), undefined);
});

test('every npm script in the documents exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const wrong: string[] = [];
  for (const [file, text] of texts) {
    for (const line of codeOf(text)) {
      const name = line.match(/^npm (?:run )?(?<name>[\w:-]+)/)?.groups?.['name'];
      if (!line.startsWith('npm run ') && name !== 'test') continue;
      if (name !== undefined && !(name in scripts)) wrong.push(`${file}: npm run ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every relative link leads to a file', () => {
  const wrong: string[] = [];
  for (const [file, text] of texts) {
    for (const match of text.matchAll(/\]\((?<link>[^)\s#]+)[^)]*\)/g)) {
      const link = match.groups!['link']!;
      if (/^[a-z]+:/.test(link)) continue;
      if (!existsSync(join(root, dirname(file), link))) wrong.push(`${file}: ${link}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every file and folder of this repository that the documents name is there', () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const [file, text] of texts)
    for (const [, path] of text.matchAll(
      /`(?!\S*\/\.)((?:bench|docs|recipes|scripts|src|test)\/[\w./-]+)`/g,
    )) {
      checked++;
      if (!existsSync(join(root, path!))) wrong.push(`${file}: ${path}`);
    }
  assert.ok(checked > 50, `only ${checked} paths found: has the pattern gone stale?`);
  assert.deepEqual(wrong, []);
});

test('the parts of a project file that the documents show are accepted', () => {
  const sections = Object.keys(projectConfig.shape);
  let checked = 0;
  for (const [file, text] of texts)
    for (const [, block] of text.matchAll(/^```yaml\n(.*?)^```/gms)) {
      const part = parse(block!) as Record<string, unknown>;
      if (!Object.keys(part).every((key) => sections.includes(key))) continue;
      checked++;
      const rest = { name: 'example', collect: { sources: [{ jsonl: 'chats.jsonl' }] } };
      const { error } = projectConfig.safeParse({ ...rest, ...part });
      assert.equal(error, undefined, `${file}:\n${block}\n${error?.message}`);
    }
  assert.ok(checked > 3, `only ${checked} parts found: has the pattern gone stale?`);
});

test('the runnable examples run', { skip: process.platform === 'win32' }, async (t) => {
  const runnable = /^<!-- runnable -->\n+```(?:sh|bash)\n(?<code>.*?)^```/gms;
  for (const [file, text] of texts) {
    const blocks = [...text.matchAll(runnable)].map((match) => match.groups!['code']!);
    if (blocks.length === 0) continue;
    await t.test(file, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'attune-documents-'));
      try {
        await runBlocks(folder, blocks);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});

/** Runs the blocks as one shell script, in which `attune` and `npx attune` are this clone's. */
async function runBlocks(folder: string, blocks: readonly string[]): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(join(folder, 'work'), { recursive: true });
  await mkdir(bin);
  const attune = `exec '${process.execPath}' '${join(root, 'bin', 'attune.js')}' "$@"\n`;
  await writeFile(join(bin, 'attune'), `#!/bin/sh\n${attune}`);
  await writeFile(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = attune ] && shift\n${attune}`);
  for (const name of ['attune', 'npx']) await chmod(join(bin, name), 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], { cwd: join(folder, 'work'), env });
}
