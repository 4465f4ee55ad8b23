#!/usr/bin/env node
// The command. Plain JavaScript that an old Node can read, because it is what tells an old Node apart.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const required = [24, 12];
const here = dirname(fileURLToPath(import.meta.url));

if (isNewEnough(process.versions.node)) {
  // Started by `runWith` below, and that process has been killed: go with it.
  process.on('disconnect', () => process.exit(128 + constants.signals.SIGKILL));
  process.channel?.unref();
  keepCompiledModules();
  const installed = new URL('../dist/cli/main.js', import.meta.url);
  const clone = new URL('../src/cli/main.ts', import.meta.url);
  // A clone may hold the leavings of a build; its sources are the newer.
  const { main } = await import((existsSync(clone) ? clone : installed).href);
  await main();
} else {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `Attune needs Node ${required.join('.')} or newer and this is ${process.versions.node}: ` +
        'run `npm install node@24` in this folder, or install it from https://nodejs.org, then try again.',
    );
    process.exitCode = 10;
  } else {
    runWith(node);
  }
}

/**
 * Compiling our modules is most of what a short command costs, so Node keeps the result in its user's home: a folder
 * that others can write to would let them change the program. Threads take the folder from the environment. Where nothing
 * can be written, Node goes without.
 */
function keepCompiledModules() {
  let folder = process.env.HOME || process.env.USERPROFILE;
  if (folder === undefined || !isAbsolute(folder)) return;
  try {
    // One at a time: asked for all of them, Node does not come back where a home allows no folder, as /proc.
    for (const name of ['.cache', 'attune', 'compiled']) {
      folder = join(folder, name);
      if (!existsSync(folder)) mkdirSync(folder);
    }
  } catch {
    return;
  }
  process.env.NODE_COMPILE_CACHE ||= folder;
  modules.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > required[0] || (major === required[0] && minor >= required[1]);
}

/** The `node` npm package in a node_modules of this package, of the user's folder, or above them. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const start of [here, process.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', 'node', 'bin', name);
      if (existsSync(candidate)) {
        const { status, stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
        if (status === 0 && isNewEnough(stdout.trim().slice(1))) return candidate;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

/** Runs this file again under another Node, which gets the signals and gives the exit code. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to both; sent on, it would count twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  child.on('exit', (status, signal) => {
    process.exitCode = signal === null ? status : 128 + constants.signals[signal];
  });
}
