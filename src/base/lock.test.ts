import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AttuneError } from './errors.ts';
import { acquireLock, lockHolder } from './lock.ts';

const newPath = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'attune-lock-')), 'lock');
const isLocked = (error: unknown): boolean => error instanceof AttuneError && error.code === 'locked';

const deadHolder = (change: object = {}): string => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const holder = {
    pid,
    host: hostname(),
    // Should another process be given its number meanwhile, that one does not hold the lock.
    processStart: 'an earlier boot:1',
    since: '2026-01-01T00:00:00Z',
    command: 'x',
    token: 'dead',
  };
  return JSON.stringify({ ...holder, ...change });
};

test('one holder at a time, and release lets the next in', async () => {
  const path = await newPath();
  const lock = await acquireLock(path, { command: 'first' });
  assert.equal((await lockHolder(path))?.command, 'first');
  await assert.rejects(acquireLock(path), isLocked);
  await lock.release();
  assert.equal(await lockHolder(path), undefined);
  await (await acquireLock(path)).release();
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('the lock of a dead process is taken over; that of another machine or a reused pid is judged rightly', async () => {
  const path = await newPath();
  await writeFile(path, deadHolder());
  await (await acquireLock(path)).release();

  await writeFile(path, deadHolder({ host: 'elsewhere' }));
  await assert.rejects(acquireLock(path), (error) => {
    assert.ok(isLocked(error));
    assert.match((error as AttuneError).fix!, /no longer runs on elsewhere, delete/);
    return true;
  });
});

test(
  'a pid that another process has by now does not hold the lock',
  { skip: process.platform !== 'linux' },
  async () => {
    const path = await newPath();
    await writeFile(path, deadHolder({ pid: process.pid, processStart: 'an earlier boot:1' }));
    await (await acquireLock(path)).release();
  },
);

test('a file that is no lock is said to be none', async () => {
  const path = await newPath();
  for (const text of ['', 'garbage', '{}', '[]']) {
    await writeFile(path, text);
    await assert.rejects(acquireLock(path), /is not a lock that Attune wrote/, text);
  }
});

test('a guard left by a process that died while taking over does not block', async () => {
  const path = await newPath();
  await writeFile(path, deadHolder());
  await writeFile(`${path}.dead`, deadHolder({ token: 'dead2' }));
  await (await acquireLock(path)).release();
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('many processes taking over a dead lock: never two inside at once', { timeout: 600_000 }, async () => {
  const path = await newPath();
  const log = `${path}.log`;
  await writeFile(path, deadHolder());
  const code = `
    import { appendFileSync } from 'node:fs';
    import { acquireLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
    for (let i = 0; i < 5; i++) {
      const lock = await acquireLock(${JSON.stringify(path)}, { wait: true });
      appendFileSync(${JSON.stringify(log)}, 'in ' + process.pid + '\\n');
      await new Promise((resolve) => setTimeout(resolve, 2));
      appendFileSync(${JSON.stringify(log)}, 'out ' + process.pid + '\\n');
      if (i < 4) await lock.release();
    }
    process.kill(process.pid, 'SIGKILL'); // dies with the lock held
  `;
  const processes = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--input-type=module-typescript', '-e', code]),
  );
  await Promise.all(processes.map((child) => new Promise((resolve) => child.on('close', resolve))));
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  assert.equal(lines.length, 50);
  for (let i = 0; i < lines.length; i += 2) {
    assert.equal(lines[i]!.replace('in', 'out'), lines[i + 1], `two inside at line ${i}`);
  }
});
