/** Guides hold tables that are measured: they stand between two comments, the first of which names the command. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../src/base/files.ts';
import { root } from './paths.ts';

const end = '<!-- end of what is measured -->';

/** Puts the text behind the comment that names the command in docs/guides/. Throws when the guide has no such place. */
export async function writeMeasured(guide: string, command: string, text: string): Promise<void> {
  const path = join(root, 'docs', 'guides', guide);
  const begin = `<!-- measured: ${command} -->`;
  const document = await readFile(path, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${path} lacks the comments ${begin} and ${end}`);
  await writeFileAtomic(path, `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`);
}
