/** The files of a knowledge base in a fixed order, whatever order the file system lists them in. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError } from '../../base/storage-error.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';

export type FoundFile =
  /** `path` on disk; `name` below the root, with `/` between folders; `url` where something else names its address. */
  | { path: string; name: string; url?: string; left?: undefined }
  /** What is in the folder and is not read, with the reason. */
  | { path: string; name: string; left: string };

/** Folders in folders; deeper ones are no knowledge base. Keeps paths and the call stack short. */
const deepest = 64;

/**
 * Every file below a folder, or the one file that `root` is. Folders are gone through depth first, names by code point;
 * hidden ones (`.git`) and `node_modules` are passed over. Links are not followed, so there are no loops and nothing
 * outside the folder is read. Throws AttuneError 'storage' when `root` cannot be read.
 */
export async function* walkFiles(root: string, signal: AbortSignal): AsyncGenerator<FoundFile> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(root)).isDirectory();
  } catch (cause) {
    throw storageError(root, cause);
  }
  if (isFolder) yield* walkFolder(root, '', 0, signal);
  else yield { path: root, name: root.split(/[/\\]/).at(-1)! };
}

async function* walkFolder(
  path: string,
  name: string,
  depth: number,
  signal: AbortSignal,
): AsyncGenerator<FoundFile> {
  throwIfInterrupted(signal);
  const under = (entry: string): { path: string; name: string } => ({
    path: join(path, entry),
    name: name === '' ? entry : `${name}/${entry}`,
  });
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  entries.sort((a, b) => compareCodePoints(a.name, b.name));
  const newer = newerVersions(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
  for (const entry of entries) {
    const here = under(entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isSymbolicLink()) yield { ...here, left: 'it is a link, and links are not followed' };
    else if (entry.name.includes('\ufffd')) yield { ...here, left: 'its name is not UTF-8' };
    else if (entry.isDirectory()) {
      if (depth < deepest) yield* walkFolder(here.path, here.name, depth + 1, signal);
      else yield { ...here, left: `it is a folder more than ${deepest} deep` };
    } else if (!entry.isFile()) yield { ...here, left: 'it is neither a file nor a folder' };
    else if (newer.has(entry.name))
      yield { ...here, left: `${newer.get(entry.name)} beside it is a newer version` };
    else yield here;
  }
}

const dated = /^(.{1,200})[(（](\d{4}-\d{2}-\d{2})[)）](\.[a-z]{1,8})$/iu;

/** The date that ends a file's name, as in `Companies Act (2023-12-29).md`. */
export function versionDate(fileName: string): string | undefined {
  return dated.exec(fileName)?.[2];
}

/** For each file of which there is a version with a later date in its name: that version. */
function newerVersions(names: readonly string[]): Map<string, string> {
  const latest = new Map<string, { name: string; date: string }>();
  const keyOf = ([, base, , extension]: RegExpExecArray): string => `${base!.trim()}${extension}`;
  const found = names.flatMap((name) => {
    const match = dated.exec(name);
    return match ? [{ name, date: match[2]!, key: keyOf(match) }] : [];
  });
  for (const { name, date, key } of found) {
    const known = latest.get(key);
    if (!known || known.date < date) latest.set(key, { name, date });
  }
  return new Map(
    found.flatMap(({ name, key }) => {
      const newest = latest.get(key)!.name;
      return newest === name ? [] : [[name, newest]];
    }),
  );
}

/** Order by code point, which is also that of the names' UTF-8 bytes. `<` on strings goes by UTF-16 units instead. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Surrogates stand for code points beyond U+FFFF, so they come after U+E000 to U+FFFF.
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? fixed(x) - fixed(y) : x - y;
  }
  return a.length - b.length;
}

function fixed(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
