/** A look at the file that a project is begun with, so that a wrong one is told before the first run. */
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import type { CsvColumns } from '../data/config/sources.ts';

const firstLook = 4096;

/** The columns of a table; undefined for JSON Lines. Throws AttuneError 'data' for what is neither, 'storage' when it cannot be read. */
export async function checkData(file: string): Promise<CsvColumns | undefined> {
  const isTable = ['.csv', '.tsv'].includes(extname(file).toLowerCase());
  if (!(await statOf(file)).isFile())
    throw new AttuneError('data', `${file} is not a file`, {
      fix: `Name a file of conversations. ${otherSources}`,
    });
  if (!isTable) {
    await checkRecords(file);
    return undefined;
  }
  const { guessColumns } = await import('../data/sources/guess-columns.ts');
  return guessColumns(file);
}

const otherSources =
  'Exports of help desks, mails and chat logs are named under collect.sources in attune.yaml, help pages under collect.knowledge: see docs/guides/your-own-data.md.';

async function statOf(file: string): Promise<Stats> {
  return stat(file).catch((cause: unknown) => {
    throw storageError(file, cause);
  });
}

/** Looks whether the file begins as JSON Lines do, so that a wrong one is told before a run. */
async function checkRecords(file: string): Promise<void> {
  const start = await firstBytes(file);
  // A mark of the encoding may stand first, and UTF-16 has a zero beside every letter.
  const text = start.toString('latin1').replaceAll('\0', '');
  const first = /[^\s\xef\xbb\xbf\xfe\xff]/.exec(text)?.[0];
  if (first === '{' || (first === undefined && start.length === firstLook)) return;
  const what = first === undefined ? 'is empty' : 'does not begin with a record of JSON Lines';
  const fix =
    first === '['
      ? "It holds a list: write one record a line, for example with: jq -c '.[]' old.json > new.jsonl"
      : `JSON Lines have a JSON object in every line; tables end in .csv or .tsv. ${otherSources}`;
  throw new AttuneError('data', `${file} ${what}`, { fix });
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file).catch((cause: unknown) => {
    throw storageError(file, cause);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(firstLook), 0, firstLook, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
