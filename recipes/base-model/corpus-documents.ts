/** Plain English to read: contracts (CUAD), help pages (Login.gov) and support guidelines (ABCD). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { document, pieces, type CorpusRecord } from './corpus-record.ts';

const pieceCharacters = 4000;

/** The beginning of each contract only: 510 contracts are 27 million characters of one kind of English. */
export async function* cuadContracts(folder: string, charactersEach = 12_000): AsyncGenerator<CorpusRecord> {
  const archive = gunzipSync(await readFile(join(folder, 'cuad/full_contract_txt.tar.gz')));
  for (const text of tarTextFiles(archive)) {
    const clean = text
      .replace(/\r/g, '')
      .replace(/[ \t]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n');
    for (const piece of pieces(clean.trim().slice(0, charactersEach), pieceCharacters))
      yield document('cuad', piece);
  }
}

/** The contents of the regular files in a tar archive (POSIX ustar: 512-byte headers, size in octal at byte 124). */
function* tarTextFiles(archive: Buffer): Generator<string> {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
    const type = archive.toString('latin1', at + 156, at + 157);
    if (type === '0' || type === '\0') yield archive.toString('utf8', at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** The English help and policy pages, without front matter and markup. */
export async function* helpPages(folder: string): AsyncGenerator<CorpusRecord> {
  const root = join(folder, 'kb-logingov/content');
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('._en.md')).sort();
  for (const file of files) {
    const [, frontMatter = '', body = ''] = (await readFile(join(root, file), 'utf8')).split(/^---$/m);
    const title = /^title: *(.+)$/m.exec(frontMatter)?.[1]?.replace(/^["']|["']$/g, '') ?? '';
    const text = plainText(body);
    if (text.length < 100) continue;
    for (const piece of pieces(`${title}\n\n${text}`, pieceCharacters)) yield document('kb-logingov', piece);
  }
}

function plainText(markdown: string): string {
  return markdown
    .replace(/\{%[^%]*%\}|\{\{[^}]*\}\}|\{:[^}]*\}/g, '')
    .replace(/<(https?:[^>]*)>/g, '$1')
    .replace(/<[^>]*>/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#]{1,4}/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

type Guidelines = Record<
  string,
  {
    description: string;
    subflows: Record<string, { actions: { text: string; subtext: string[] }[]; instructions: string[] }>;
  }
>;

/** What an agent is told to do, one document per kind of request. */
export async function* supportGuidelines(folder: string): AsyncGenerator<CorpusRecord> {
  const guidelines = JSON.parse(
    await readFile(join(folder, 'abcd/data/guidelines.json'), 'utf8'),
  ) as Guidelines;
  for (const [flow, { description, subflows }] of Object.entries(guidelines)) {
    for (const [name, { actions, instructions }] of Object.entries(subflows)) {
      const steps = actions.map(({ text, subtext }, i) =>
        [`${i + 1}. ${text}`, ...subtext.map((line) => `- ${line}`)].join('\n'),
      );
      yield document('abcd', [`${name} (${flow}: ${description})`, ...instructions, ...steps].join('\n'));
    }
  }
}
