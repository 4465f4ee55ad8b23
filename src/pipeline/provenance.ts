/** What made an artifact: versions of the code and of the libraries a stage leans on, and the kind of machine. No names, paths or secrets. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { StageName } from './stage.ts';
import type { Manifest } from './store.ts';

/** Libraries whose version can change what a stage makes. */
const librariesOf: Record<StageName, readonly string[]> = {
  collect: ['papaparse'],
  synthesise: ['libphonenumber-js', 'openai', '@anthropic-ai/sdk'],
  curate: ['libphonenumber-js'],
  split: [],
  train: ['onnxruntime-node', '@huggingface/tokenizers', '@huggingface/jinja'],
  align: ['onnxruntime-node', 'node-llama-cpp', '@huggingface/tokenizers', '@huggingface/jinja'],
  export: ['onnxruntime-node', 'node-llama-cpp'],
  evaluate: ['onnxruntime-node', 'node-llama-cpp', '@huggingface/tokenizers', '@huggingface/jinja'],
  register: [],
};

/** The versions of Attune, of Node and of the libraries that the stage leans on. */
export function libraryVersions(stage: StageName): Record<string, string> {
  const versions: Record<string, string> = { attune: attuneVersion(), node: process.versions.node };
  for (const name of librariesOf[stage]) versions[name] = packageVersion(name) ?? 'unknown';
  return versions;
}

/** The kind of this machine, as it is written into manifests. */
export function describeHost(): Manifest['host'] {
  return {
    platform: platform(),
    architecture: arch(),
    processors: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
  };
}

/** Version of this package: its package.json stands two folders up, from `src/` and from `dist/` alike. */
export function attuneVersion(): string {
  return readVersion(new URL('../../package.json', import.meta.url)) ?? 'unknown';
}

/** Searched for by folder, because many packages do not export their package.json. */
function packageVersion(name: string): string | undefined {
  for (const folder of import.meta.dirname
    .split(/[\\/]/)
    .map((_, i, all) => all.slice(0, all.length - i).join('/'))) {
    const version = readVersion(`${folder}/node_modules/${name}/package.json`);
    if (version !== undefined) return version;
  }
  return undefined;
}

function readVersion(path: string | URL): string | undefined {
  try {
    const file = typeof path === 'string' ? path : fileURLToPath(path);
    return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
