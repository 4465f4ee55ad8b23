/** The pages that a sitemap on disk lists (sitemaps.org, version 0.9), as files below a folder. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { storageError } from '../../base/storage-error.ts';
import type { FoundFile } from './walk-files.ts';

/** The protocol's own limits, doubled for those who overlook them. */
const mostBytes = 100 * 1024 * 1024;
const mostAddresses = 100_000;
const mostSitemaps = 1000;
const gzipMark = 0x1f8b;

type Listed = { addresses: string[]; sitemaps: string[] };

/** The sitemap and those that it names, all on disk: an index names others by address, they lie beside it. */
export async function sitemapFiles(path: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { file, listed } of readSitemaps(path)) if (listed) files.push(file);
  return files;
}

/** Every page listed, in the order of the sitemaps, each once, with its file below `root` or why it has none. */
export async function* sitemapPages(path: string, root: string): AsyncGenerator<FoundFile> {
  const seen = new Set<string>();
  for await (const { file, listed, fault } of readSitemaps(path)) {
    if (listed === undefined) {
      yield { path: file, name: basename(file), left: fault };
      continue;
    }
    for (const address of listed.addresses) {
      const found = await fileOf(address, root);
      if (seen.has(found.name)) continue;
      seen.add(found.name);
      yield found;
    }
  }
}

type OneSitemap = { file: string } & (
  | { listed: Listed; fault?: undefined }
  | { listed?: undefined; fault: string }
);

/** Throws AttuneError where the first one cannot be read; of those that it names the fault is told. */
async function* readSitemaps(path: string): AsyncGenerator<OneSitemap> {
  const queue = [path];
  for (let i = 0; i < queue.length; i++) {
    const file = queue[i]!;
    let listed: Listed;
    try {
      listed = await readSitemap(file);
    } catch (cause) {
      if (i === 0 || !(cause instanceof AttuneError)) throw cause;
      yield { file, fault: `the sitemap names it, but it cannot be read: ${cause.message}` };
      continue;
    }
    yield { file, listed };
    for (const address of listed.sitemaps) {
      const beside = join(dirname(path), basename(pathOf(address) ?? address));
      if (!queue.includes(beside)) queue.push(beside);
    }
    if (queue.length > mostSitemaps)
      throw new AttuneError('data', `${path} names more than ${mostSitemaps} sitemaps`, {
        fix: 'Name the folder without its sitemap: every page in it is read.',
      });
  }
}

async function readSitemap(path: string): Promise<Listed> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new AttuneError('data', `${path} is ${size} bytes long, over ${mostBytes}`, {
        fix: 'A sitemap lists at most 50,000 pages in 50 MB: split it.',
      });
    text = unpacked(await readFile(path), path).toString('utf8');
  } catch (cause) {
    throw storageError(path, cause);
  }
  const { Parser } = await import('htmlparser2');
  const listed: Listed = { addresses: [], sitemaps: [] };
  const root: string[] = [];
  let address: string | undefined;
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name) => {
        depth += 1;
        // <urlset><url><loc>: what is deeper belongs to pictures and videos on a page.
        if (depth > 10)
          throw new AttuneError('data', `${path} is not a sitemap`, { fix: 'See sitemaps.org.' });
        if (depth <= 2) root[depth] = localName(name);
        if (depth === 3 && localName(name) === 'loc') address = '';
      },
      ontext: (data) => {
        if (address !== undefined) address += data;
      },
      onclosetag: () => {
        if (depth === 3 && address !== undefined) {
          (root[1] === 'sitemapindex' ? listed.sitemaps : listed.addresses).push(address.trim());
          address = undefined;
        }
        depth -= 1;
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  if (root[1] !== 'urlset' && root[1] !== 'sitemapindex')
    throw new AttuneError('data', `${path} is not a sitemap: it begins with <${root[1] ?? ''}>`, {
      fix: 'A sitemap begins with <urlset> or <sitemapindex> (sitemaps.org).',
    });
  if (listed.addresses.length > mostAddresses)
    throw new AttuneError('data', `${path} lists ${listed.addresses.length} pages, over ${mostAddresses}`, {
      fix: 'Split it, or name the folder without its sitemap.',
    });
  return listed;
}

/** Sitemaps may be compressed with gzip (sitemaps.org). */
function unpacked(bytes: Buffer, path: string): Buffer {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== gzipMark) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    const isLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new AttuneError(
      'data',
      isLong ? `${path} unpacks to over ${mostBytes} bytes` : `${path} is damaged: it cannot be unpacked`,
      { fix: 'A sitemap lists at most 50,000 pages in 50 MB, unpacked.' },
    );
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase();
}

/** How the page of an address may be stored: as it is, with an extension, or as its folder's index. */
const endings = ['', '.html', '.htm', '/index.html', '/index.htm', '.md', '/index.md', '.mdx', '/README.md'];

async function fileOf(address: string, root: string): Promise<FoundFile> {
  const path = pathOf(address);
  if (path === undefined)
    return { path: root, name: address.slice(0, 500), left: 'the sitemap names no address here' };
  const bare = path.replace(/^\/|\/$/g, '');
  for (const ending of endings) {
    const name = `${bare}${ending}`.replace(/^\//, '');
    const file = join(root, ...name.split('/'));
    // Addresses are decoded, so `..` may be in them.
    if (name === '' || isOutside(root, file)) continue;
    const isFile = await stat(file).then(
      (one) => one.isFile(),
      () => false,
    );
    if (!isFile) continue;
    if (isOutside(await realpath(root), await realpath(file)))
      return { path: file, name, left: 'it is a link that leads out of the folder' };
    return { path: file, name, ...(/^https?:\/\//.test(address) && { url: address }) };
  }
  return {
    path: join(root, bare.replaceAll('..', '')),
    name: bare === '' ? '/' : bare,
    left: 'the sitemap lists it, but there is no such file',
  };
}

function isOutside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return isAbsolute(path) || path.split(sep)[0] === '..';
}

/** The path of an address, decoded; undefined where it is none. */
function pathOf(address: string): string | undefined {
  try {
    return decodeURIComponent(new URL(address, 'https://site.invalid/').pathname).replaceAll('\0', '');
  } catch {
    return undefined;
  }
}
