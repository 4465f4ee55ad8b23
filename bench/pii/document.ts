/** The part of docs/guides/pii.md that is measured. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/base/files.ts';
import { root } from '../paths.ts';
import { labelTable, overallTable, type Result, ruleTable, typeTable } from './table.ts';

const path = join(root, 'docs', 'guides', 'pii.md');
const begin = '<!-- measured: npm run bench:pii -- --write -->';
const end = '<!-- end of what is measured -->';

/** Puts the tables between the markers of the guide. Throws when it has none. */
export async function writeDocument(results: readonly Result[], versions: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} lacks the markers ${begin} and ${end}`);
  await writeFileAtomic(
    path,
    `${text.slice(0, from)}${begin}\n\n${measured(results, versions)}\n\n${text.slice(to)}`,
  );
}

function measured(results: readonly Result[], versions: string): string {
  const parts = results.flatMap((result) => [
    `#### ${result.file.name}`,
    `${result.file.records.length.toLocaleString('en')} records. ${result.file.note}`,
    typeTable(result),
    'By other rules, over all types:',
    ruleTable(result),
    "Recall by the file's own labels:",
    labelTable(result),
  ]);
  return [`Compared with ${versions}.`, overallTable(results), ...parts].join('\n\n');
}
