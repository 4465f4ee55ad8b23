import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../base/random.ts';
import { listFolder, openStore, readManifest } from './store.ts';

const script = new URL('../../test/support/tiny-run.ts', import.meta.url).pathname;
const steps = 40;

type Outcome = { exit: number | null; lines: Record<string, unknown>[] };

/** Runs the tiny pipeline in a process; `ending` is how that one is to end, and at its how manyth change or event. */
function tinyRun(folder: string, ending: ['kill' | 'interrupt', number] | [] = []): Promise<Outcome> {
  const child = spawn(process.execPath, [script, folder, String(steps), ...ending.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => void (text += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (exit) => {
      const whole = text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '');
      resolve({ exit, lines: whole.map((line) => JSON.parse(line) as Record<string, unknown>) });
    });
  });
}

async function newProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-kill-'));
  await writeFile(join(folder, 'data.txt'), 'one\ntwo\nthree\nfour\n');
  return folder;
}

/** Id and content of every artifact. */
async function contents(folder: string): Promise<Record<string, string>> {
  const store = openStore(folder);
  const result: Record<string, string> = {};
  for (const id of await listFolder(store.artifacts)) result[id] = (await readManifest(store, id))!.digest;
  return result;
}

test(
  'killed at many moments, a run goes on each time and ends in the same bytes',
  { timeout: 600_000 },
  async () => {
    const undisturbed = await newProject();
    assert.equal((await tinyRun(undisturbed)).exit, 0);

    const random = seededRandom(3, 'kill');
    const folder = await newProject();
    // Each run gets a few changes of files further before it is killed, so that every part of a run is hit.
    for (let attempt = 0; attempt < 14; attempt++) {
      const at = 2 + 3 * attempt + random.integer(3);
      assert.equal((await tinyRun(folder, ['kill', at])).exit, null, `change ${at} is behind the end`);
    }
    const last = await tinyRun(folder);
    assert.equal(last.exit, 0);
    assert.deepEqual(await contents(folder), await contents(undisturbed));
    const store = openStore(folder);
    assert.deepEqual(await listFolder(store.tmp), []);
    assert.deepEqual(await listFolder(store.work), []);
  },
);

test('Ctrl-C stops at a checkpoint, and the next run goes on after it', { timeout: 600_000 }, async () => {
  const folder = await newProject();
  const stopped = await tinyRun(folder, ['interrupt', 15]);
  assert.equal(stopped.exit, 9);
  assert.equal(stopped.lines.at(-1)!['code'], 'interrupted');
  const reached = Number(stopped.lines.filter((line) => line['type'] === 'progress').at(-1)!['done']);
  const resumed = await tinyRun(folder);
  assert.equal(resumed.lines.find((line) => line['type'] === 'progress')!['done'], reached + 1);
});

test('two runs at once: one works, the other is refused and names it', { timeout: 600_000 }, async () => {
  const folder = await newProject();
  const outcomes = await Promise.all([tinyRun(folder), tinyRun(folder), tinyRun(folder)]);
  const exits = outcomes.map((one) => one.exit);
  assert.ok(exits.includes(0));
  for (const { exit, lines } of outcomes) {
    if (exit === 0) continue;
    assert.equal(lines.at(-1)!['code'], 'locked');
    assert.match(String(lines.at(-1)!['message']), /process \d+ on /);
  }
  await assert.rejects(readFile(openStore(folder).lock), { code: 'ENOENT' });
});
