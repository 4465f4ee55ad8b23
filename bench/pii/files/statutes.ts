import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationFile, EvaluationRecord } from '../evaluation-file.ts';
import { commonTypes } from '../labels.ts';

/** Places and organisations are in laws, and nobody labelled them. */
const notLabelled: readonly string[] = ['LOCATION', 'ORGANISATION'];

/** Chinese statutes, a line each: text without personal data, where every find is wrong. */
export async function statutes(folder: string): Promise<EvaluationFile> {
  const at = join(folder, 'cn-laws');
  const records: EvaluationRecord[] = [];
  const files = await readdir(at, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((one) => one.endsWith('.md') && one !== 'README.md').sort())
    for (const text of (await readFile(join(at, file), 'utf8')).split('\n'))
      if (text.trim() !== '') records.push({ text, before: '', gold: [] });
  return {
    name: 'Chinese statutes',
    scope: new Set(commonTypes.filter((type) => !notLabelled.includes(type))),
    records,
    isEnglish: false,
    note: 'Nothing in them is personal data but the name of Sun Yat-sen, once: what is found is wrong.',
  };
}
