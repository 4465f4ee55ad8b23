/**
 * A full disk: /dev/full, which takes no byte, stands where a file is written aside. Every way of writing tells it in one
 * sentence that names the file, and leaves nothing half-written.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AttuneError } from '../src/base/errors.ts';
import { writeFileAtomic } from '../src/base/files.ts';
import { asStorageError, storageError } from '../src/base/storage-error.ts';
import { writePart } from '../src/data/engine/pass-files.ts';
import { editorSchemaPath, makingRoom } from '../src/cli/editor-schema.ts';
import { openRunner } from '../src/data/engine/job-runner.ts';
import { JsonLinesFile } from '../src/formats/jsonl-file.ts';
import { writeStreamAtomic } from '../src/formats/write-stream.ts';
import { lightCuration } from './support/light-curation.ts';

const hasFull = { skip: existsSync('/dev/full') ? false : 'this system has no /dev/full' };
const bytes = Buffer.alloc(100_000, 'x');
const asideOf = (path: string): string => `${path}.${process.pid}.tmp`;

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'attune-full-'));

function writeLines(path: string): void {
  const file = new JsonLinesFile(path);
  try {
    file.add(bytes.toString());
    file.close();
  } catch (cause) {
    file.abort();
    throw cause;
  }
}

/** Where each writes first, and its writing. */
const writers: Record<string, [aside: (path: string) => string, write: (path: string) => unknown]> = {
  'a small file': [asideOf, (path) => writeFileAtomic(path, bytes)],
  'a stream': [asideOf, (path) => writeStreamAtomic(path, [bytes, bytes])],
  'lines by several hands': [asideOf, writeLines],
  'a part of curation': [(path) => `${path}.tmp`, (path) => writePart(path, [bytes])],
};

for (const [name, [aside, write]] of Object.entries(writers))
  test(`on a full disk ${name} is refused in a sentence, and nothing of it is left`, hasFull, async () => {
    const folder = newFolder();
    const path = join(folder, 'file');
    symlinkSync('/dev/full', aside(path));
    await assert.rejects(
      async () => write(path),
      (error) => {
        assert.ok(error instanceof AttuneError);
        assert.equal(error.code, 'storage');
        assert.match(error.message, /^\S+\/file: the disk is full \(\S+ \w?B left\)$/);
        assert.ok(error.message.startsWith(path));
        return true;
      },
    );
    assert.deepEqual(readdirSync(folder), []);
  });

test('where a folder is not one, the first failure is told, not that of cleaning up', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  for (const write of [writeFileAtomic, writeStreamAtomic] as const)
    await assert.rejects(write(join(file, 'inside'), [bytes]), { code: 'storage', message: /not a folder$/ });
});

test('a thread of curation tells of its disk as what it is', async () => {
  const folder = newFolder();
  const path = join(folder, 'in.jsonl');
  const content = 'Where is my order, and when will it come?';
  const example = { messages: [{ role: 'user', content }], meta: { id: 'a', source: 's', place: 's:1' } };
  writeFileSync(path, `${JSON.stringify(example)}\n`);
  const runner = openRunner(2, 2);
  const job = {
    kind: 'map' as const,
    id: 'one',
    settings: { config: lightCuration, seed: 1, projectFolder: folder },
    pass: 0,
    input: { path, start: 0, end: 1000 },
    firstIndex: 0,
    partitions: 1,
    // A file in place of the folder.
    output: join(path, '00000'),
  };
  const context = { signal: new AbortController().signal, onRecords: () => {} };
  try {
    await assert.rejects(runner.run(job, 0, context), (error) => {
      assert.ok(error instanceof AttuneError);
      assert.equal(error.code, 'storage');
      assert.ok(error.message.startsWith(path));
      assert.ok(error.fix !== undefined);
      return true;
    });
  } finally {
    await runner.close();
  }
});

const attune = join(import.meta.dirname, '..', 'bin', 'attune.js');

/** Runs a command whose output goes to /dev/full. */
function runIntoFull(args: readonly string[], which: 'stdout' | 'stderr') {
  const full = openSync('/dev/full', 'w');
  try {
    return spawnSync(process.execPath, [attune, ...args], {
      stdio: ['ignore', which === 'stdout' ? full : 'pipe', which === 'stderr' ? full : 'pipe'],
      encoding: 'utf8',
    });
  } finally {
    closeSync(full);
  }
}

test('output that cannot be written ends a command with a sentence and exit code 7', hasFull, () => {
  for (const args of [['--help'], [], ['init', join(newFolder(), 'shop'), '--json']]) {
    const { status, stderr } = runIntoFull(args, 'stdout');
    assert.equal(status, 7, args.join(' '));
    assert.match(stderr, /^error: standard output: the disk is full\n\nhint: .+\n$/);
  }
});

test('a log of progress that cannot be written does not stop the work', hasFull, () => {
  const folder = newFolder();
  const project = join(folder, 'shop');
  assert.equal(runIntoFull(['init', project], 'stderr').status, 0);
  const file = join(project, 'attune.yaml');
  const { status, stdout } = runIntoFull(['-f', file, 'run', '--until', 'collect'], 'stderr');
  assert.equal(status, 0);
  assert.match(stdout, /kept 48/);
});

test('gc begins on a disk that has no room for its lock', async () => {
  const folder = newFolder();
  const schema = join(folder, editorSchemaPath);
  await writeFileAtomic(schema, '{}');
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  let tries = 0;
  const work = async (): Promise<string> => {
    tries += 1;
    if (existsSync(schema)) throw storageError(join(folder, '.attune', 'lock'), full);
    return 'freed';
  };
  assert.equal(await makingRoom(folder, work), 'freed');
  const neverRoom = (): Promise<never> => Promise.reject(storageError(schema, full));
  await assert.rejects(makingRoom(folder, neverRoom), { code: 'storage' });
  assert.equal(tries, 2);
});

test('errors of files say what they mean and what to do', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'a'));
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'ENAMETOOLONG', 'EMFILE', 'EIO']) {
    const cause = Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'write' });
    const { message, fix } = storageError(join(folder, 'a', 'missing', 'file'), cause);
    assert.doesNotMatch(message, /as the system says it/);
    assert.match(fix ?? '', /\.$/, code);
    assert.equal(message.endsWith(' left)'), code === 'ENOSPC', message);
  }
  const copy = {
    code: 'ENOSPC',
    syscall: 'copyfile',
    path: '/model/config.json',
    dest: '/served/config.json',
  };
  const told = asStorageError('/served', Object.assign(new Error('ENOSPC'), copy));
  assert.match((told as Error).message, /^\/served\/config.json: the disk is full/);
  const unknown = Object.assign(new Error('ESTALE: stale file handle'), { code: 'ESTALE', syscall: 'write' });
  assert.match(storageError('/a', unknown).message, /stale file handle/);
});
