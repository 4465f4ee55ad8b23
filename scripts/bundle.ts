/**
 * Puts the two native libraries inside the package, so that `npm install attune` needs nothing but the npm registry.
 *
 * Left to npm, a user's install would run onnxruntime-node's script, which downloads CUDA libraries from NuGet and
 * fails the install where it cannot, and would pull 640 MB of CUDA and Vulkan builds of llama.cpp; the `overrides` and
 * `allowScripts` of our package.json hold only in this repository. Bundled copies come without install scripts and
 * without the list of GPU builds. The CPU builds of llama.cpp stay `optionalDependencies` of attune: npm picks the
 * user's platform. (npm-shrinkwrap.json would do it for the registry, but npm ignores it in a tarball.)
 *
 * `npm pack` calls `prepare` before and `restore` after it packs.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic, writeJson } from '../src/base/files.ts';

type Manifest = Record<string, unknown>;

const root = join(import.meta.dirname, '..');
const saved = join(root, 'node_modules', '.cache', 'attune-pack');
const bundled = ['node-llama-cpp', 'onnxruntime-node'];
const changed = ['package.json', ...bundled.map((name) => join('node_modules', name, 'package.json'))];

async function edit(path: string, change: (manifest: Manifest) => Manifest): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, path), 'utf8')) as Manifest;
  await writeJson(join(root, path), change(manifest));
}

/** Saves what it changes. What an interrupted pack has left is put back first, lest the change be saved. */
async function prepare(): Promise<void> {
  await restore();
  for (const path of changed) {
    await mkdir(dirname(join(saved, path)), { recursive: true });
    await cp(join(root, path), join(saved, path));
  }
  await edit('package.json', (manifest) => ({
    ...without(manifest, ['devDependencies', 'overrides', 'allowScripts']),
    bundleDependencies: bundled,
  }));
  for (const name of bundled) {
    const path = join('node_modules', name, 'package.json');
    await edit(path, (manifest) => without(manifest, ['scripts', 'optionalDependencies']));
  }
}

async function restore(): Promise<void> {
  for (const path of changed) {
    const text = await readFile(join(saved, path)).catch(() => undefined);
    if (text !== undefined) await writeFileAtomic(join(root, path), text);
  }
  await rm(saved, { recursive: true, force: true });
}

function without(manifest: Manifest, keys: readonly string[]): Manifest {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !keys.includes(key)));
}

const actions: Record<string, () => Promise<void>> = { prepare, restore };
const action = actions[process.argv[2] ?? ''];
if (action === undefined) throw new Error('usage: node scripts/bundle.ts prepare|restore');
await action();
