/**
 * Completes package-lock.json with the platform builds that the registry in use did not offer.
 *
 * npm writes only those optional packages into the lock that it could find. Where a registry mirror holds the Linux
 * builds alone, the lock lacks macOS and Windows, and `npm ci` refuses it, on that machine and everywhere else. Each
 * missing build is pinned by exact version in its parent's `optionalDependencies`; its name says the platform.
 *
 * Run it after `npm install` has changed the lock; with `--check` it only says what is missing, and fails.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../src/base/files.ts';

type LockEntry = {
  name?: string;
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
type Lock = { packages: Record<string, LockEntry> };
type Manifest = { overrides?: Record<string, Record<string, string>> };

const systems: Record<string, string> = { mac: 'darwin', darwin: 'darwin', win: 'win32', win32: 'win32' };
const otherSystems = ['linux', 'freebsd', 'openbsd', 'netbsd', 'android', 'openharmony', 'sunos', 'aix'];
const processors: Record<string, string> = { armv7l: 'arm', arm: 'arm' };
const otherProcessors = [
  'x64',
  'arm64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
];
const libraries: Record<string, string> = { gnu: 'glibc', musl: 'musl' };

/** What the lock says of a platform build, read from its name: `@oxlint/binding-linux-x64-musl`. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const pick = (table: Record<string, string>, others: string[] = []): string[] | undefined => {
    const word = words.find((candidate) => candidate in table || others.includes(candidate));
    return word === undefined ? undefined : [table[word] ?? word];
  };
  return { os: pick(systems, otherSystems), cpu: pick(processors, otherProcessors), libc: pick(libraries) };
}

/** Node's resolution: the nearest `node_modules` upwards that holds the package. */
function isLocked(packages: Lock['packages'], from: string, name: string): boolean {
  for (
    let folder = from;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    if (`${folder}/node_modules/${name}` in packages) return true;
  }
  return `node_modules/${name}` in packages;
}

/** The entry for an optional package that is not locked, following an alias in `overrides` where there is one. */
function entryFor(name: string, version: string, alias: string | undefined): LockEntry {
  const target = alias?.match(/^npm:(?<name>.+)@(?<version>[^@]+)$/)?.groups;
  if (target === undefined) return { version, ...platformOf(name), optional: true };
  return {
    name: target['name'],
    version: target['version'],
    ...platformOf(target['name'] ?? ''),
    optional: true,
  };
}

const root = join(import.meta.dirname, '..');
const lockPath = join(root, 'package-lock.json');
const lock = JSON.parse(await readFile(lockPath, 'utf8')) as Lock;
const { overrides = {} } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;

const added: Record<string, LockEntry> = {};
for (const [path, parent] of Object.entries(lock.packages)) {
  const parentName = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, path, name)) continue;
    const entry = entryFor(name, version, overrides[parentName]?.[name]);
    added[`node_modules/${name}`] = parent.dev === true ? { ...entry, dev: true } : entry;
  }
}

if (Object.keys(added).length > 0) {
  if (process.argv.includes('--check')) {
    console.error(
      `package-lock.json lacks ${Object.keys(added).length} platform builds; run \`node scripts/lockfile.ts\``,
    );
    process.exitCode = 1;
  } else {
    const entries = Object.entries({ ...lock.packages, ...added });
    lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
    await writeFileAtomic(lockPath, JSON.stringify(lock, null, 2) + '\n');
    console.error(`added ${Object.keys(added).length} platform builds to package-lock.json`);
  }
}
