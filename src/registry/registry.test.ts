import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AttuneError } from '../base/errors.ts';
import { moveAlias, readAliases, rollbackAlias } from './aliases.ts';
import { readAudit } from './audit.ts';
import { parseReference } from './version-reference.ts';
import { modelNames, versionNumbers } from './find-versions.ts';
import { openVersion, registerVersion, type Registration } from './version.ts';

async function newRegistry(): Promise<{
  registry: string;
  registration: (artifact: string) => Registration;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-registry-'));
  await writeFile(join(folder, 'adapter.safetensors'), 'weights');
  await writeFile(join(folder, 'model.gguf'), 'GGUF');
  const registration = (artifact: string): Registration => ({
    name: 'support',
    files: {
      'adapter_model.safetensors': join(folder, 'adapter.safetensors'),
      'gguf/base.gguf': join(folder, 'model.gguf'),
    },
    lineage: {
      artifacts: [{ id: artifact, digest: 'd' }],
      base: { name: 'attune-base', sha256: 'b' },
      config: { train: { epochs: 3 } },
      datasets: { train: 't' },
    },
    description: 'first',
  });
  return { registry: join(folder, 'registry'), registration };
}

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof AttuneError && error.code === 'registry' && pattern.test(error.message);

test('a version holds its files, metadata and hashes, read-only; the same lineage gives the same version', async () => {
  const { registry, registration } = await newRegistry();
  const version = await registerVersion(registry, registration('train-1'));
  assert.equal(version.number, 1);
  const names = ['adapter_model.safetensors', 'gguf', 'hashes.json', 'metadata.json'];
  assert.deepEqual((await readdir(version.folder)).sort(), names);
  assert.equal((await stat(join(version.folder, 'metadata.json'))).mode & 0o777, 0o444);
  assert.equal(version.metadata.description, 'first');
  assert.equal(version.files['gguf/base.gguf']!.bytes, 4);

  assert.equal((await registerVersion(registry, registration('train-1'))).number, 1);
  assert.equal((await registerVersion(registry, registration('train-2'))).number, 2);
  assert.deepEqual(await modelNames(registry), ['support']);
});

test('a version whose files do not match their hashes is refused with the name of the file', async () => {
  const { registry, registration } = await newRegistry();
  const { folder } = await registerVersion(registry, registration('train-1'));
  const adapter = join(folder, 'adapter_model.safetensors');
  await chmod(adapter, 0o644);
  await writeFile(adapter, 'Weights');
  await assert.rejects(
    openVersion(registry, 'support/1'),
    refused(/support\/1 is refused: adapter_model.safetensors does not match/),
  );
  // Registered again from sound files, the damaged version is left as it is and a new one made.
  assert.equal((await registerVersion(registry, registration('train-1'))).number, 2);
  await rm(adapter);
  await assert.rejects(openVersion(registry, 'support/1'), refused(/adapter_model.safetensors is missing/));
});

test('changing a file together with hashes.json is found too', async () => {
  const { registry, registration } = await newRegistry();
  const { folder } = await registerVersion(registry, registration('train-1'));
  const hashes = join(folder, 'hashes.json');
  const text = await readFile(hashes, 'utf8');
  await chmod(hashes, 0o644);
  await writeFile(hashes, text.replace('"bytes": 7', '"bytes": 8'));
  await assert.rejects(
    openVersion(registry, 'support'),
    refused(/hashes.json is not the one that was registered/),
  );
});

test('a registration cut short by a crash is not a version, and its number is free', async () => {
  const { registry, registration } = await newRegistry();
  await mkdir(join(registry, 'support', '.1.unfinished'), { recursive: true });
  await writeFile(join(registry, 'support', '.1.unfinished', 'metadata.json'), '{');
  assert.equal((await registerVersion(registry, registration('train-1'))).number, 1);
  // Cut short between the rename and the audit line: the line is written when it is registered again.
  await rm(join(registry, 'support', 'audit.jsonl'));
  assert.equal((await registerVersion(registry, registration('train-1'))).number, 1);
  assert.equal((await readAudit(join(registry, 'support'))).length, 1);
});

test('the number of a deleted version is not given again', async () => {
  const { registry, registration } = await newRegistry();
  await registerVersion(registry, registration('train-1'));
  await rm(join(registry, 'support', '1'), { recursive: true, force: true });
  assert.equal((await registerVersion(registry, registration('train-1'))).number, 2);
});

test('aliases move and roll back, each with an audit line; rolling back twice goes further back', async () => {
  const { registry, registration } = await newRegistry();
  const versions = [];
  for (const id of ['a', 'b', 'c']) versions.push(await registerVersion(registry, registration(id)));
  const [first, second, third] = versions;
  assert.equal((await openVersion(registry, 'support')).number, 3, 'without a champion, the newest');
  await moveAlias(registry, first!, 'champion', 'start');
  await moveAlias(registry, second!, 'champion', 'better');
  await moveAlias(registry, third!, 'champion', 'better still');
  assert.deepEqual(await moveAlias(registry, third!, 'champion', 'no change'), {
    alias: 'champion',
    from: 3,
    to: 3,
  });
  assert.equal((await openVersion(registry, 'support@champion')).number, 3);

  const check = async (): Promise<void> => {};
  const back = (): Promise<unknown> =>
    rollbackAlias(registry, 'support', 'champion', { reason: 'complaints', check });
  assert.deepEqual(await back(), { alias: 'champion', from: 3, to: 2 });
  assert.deepEqual(await back(), { alias: 'champion', from: 2, to: 1 });
  await assert.rejects(back(), refused(/support@champion has no earlier version/));
  assert.equal((await openVersion(registry, 'support')).number, 1);

  const audit = await readAudit(join(registry, 'support'));
  const moves = audit.flatMap((entry) =>
    entry.event === 'registered' ? [] : [[entry.from, entry.to, entry.reason]],
  );
  assert.deepEqual(moves, [
    [null, 1, 'start'],
    [1, 2, 'better'],
    [2, 3, 'better still'],
    [3, 2, 'complaints'],
    [2, 1, 'complaints'],
  ]);
});

test('an audit line cut short never took effect', async () => {
  const { registry, registration } = await newRegistry();
  const first = await registerVersion(registry, registration('a'));
  const second = await registerVersion(registry, registration('b'));
  await moveAlias(registry, first, 'champion', '');
  const folder = join(registry, 'support');
  await appendFile(join(folder, 'audit.jsonl'), '{"time":"2026-01-01","event":"alias-mo');
  await moveAlias(registry, second, 'champion', '');
  assert.deepEqual(await readAliases(folder), { champion: 2 });
  assert.equal((await readAudit(folder)).length, 4);
});

test('a rollback to a version that its check refuses changes nothing', async () => {
  const { registry, registration } = await newRegistry();
  const first = await registerVersion(registry, registration('a'));
  const second = await registerVersion(registry, registration('b'));
  await moveAlias(registry, first, 'champion', '');
  await moveAlias(registry, second, 'champion', '');
  await chmod(join(first.folder, 'metadata.json'), 0o644);
  await appendFile(join(first.folder, 'metadata.json'), ' ');
  const check = async (number: number): Promise<void> =>
    void (await openVersion(registry, `support/${number}`));
  await assert.rejects(
    rollbackAlias(registry, 'support', 'champion', { reason: '', check }),
    refused(/metadata.json does not match/),
  );
  assert.deepEqual(await readAliases(join(registry, 'support')), { champion: 2 });
});

test('what does not exist is refused with what does', async () => {
  const { registry, registration } = await newRegistry();
  await assert.rejects(openVersion(registry, 'support'), refused(/no model named support/));
  await registerVersion(registry, registration('a'));
  await assert.rejects(openVersion(registry, 'support/9'), refused(/support has no version 9/));
  await assert.rejects(openVersion(registry, 'support@challenger'), refused(/no alias challenger/));
  for (const text of ['', 'a/b', 'a/0', '../x', 'a@', 'A', 'a/1@b', 'a@7']) {
    assert.throws(() => parseReference(text), refused(/does not name a registered model/), text);
  }
});

test('registrations from many processes at once get numbers of their own', { timeout: 600_000 }, async () => {
  const { registry, registration } = await newRegistry();
  const code = (artifact: string): string => `
    import { registerVersion } from ${JSON.stringify(new URL('./version.ts', import.meta.url).href)};
    await registerVersion(${JSON.stringify(registry)}, ${JSON.stringify(registration(artifact))});
  `;
  const artifacts = ['a', 'b', 'c', 'd', 'a', 'b']; // two pairs are the same registration twice
  const children = artifacts.map((id) =>
    spawn(process.execPath, ['--input-type=module-typescript', '-e', code(id)]),
  );
  const exits = await Promise.all(
    children.map((child) => new Promise((resolve) => child.on('close', resolve))),
  );
  assert.deepEqual(exits, [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await versionNumbers(join(registry, 'support')), [1, 2, 3, 4]);
  for (const number of [1, 2, 3, 4]) await openVersion(registry, `support/${number}`);
});
