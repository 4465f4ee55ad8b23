/** What a short command does not wait for: libraries and stages that it has no use for are not loaded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const attune = join(import.meta.dirname, '..', '..', 'bin', 'attune.js');
const printModules = `data:text/javascript,
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
  process.on('exit', () => process.stderr.write(loaded.join('\\n')));`;

/** The modules that a command loads, by URL. */
function modulesOf(args: readonly string[], cwd: string): string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--import', printModules, attune, ...args], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stderr.split('\n');
}

test('help loads the commands and nothing that they work with', () => {
  const modules = modulesOf(['--help'], import.meta.dirname);
  assert.deepEqual(
    [...new Set(modules.flatMap((url) => /node_modules\/([^/]+)/.exec(url)?.[1] ?? []))],
    ['commander'],
  );
});

test('plan loads no rule, no reader and no model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-start-'));
  modulesOf(['init', 'shop'], folder);
  const modules = modulesOf(['plan'], join(folder, 'shop'));
  const unwanted =
    /src\/(data\/(rules|pii\/phone|knowledge|report)|runtime\/session|backend\/llama)|onnxruntime|node-llama|openai/;
  assert.deepEqual(
    modules.filter((url) => unwanted.test(url)),
    [],
  );
});
