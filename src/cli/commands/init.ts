import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { AttuneError } from '../../base/errors.ts';
import { exists, writeFileAtomic } from '../../base/files.ts';
import { createContext } from '../context.ts';
import { commandName, shellWord } from '../command-name.ts';
import { checkData } from '../check-data.ts';
import { editorSchemaPath, writeEditorSchema } from '../editor-schema.ts';
import type { Io } from '../io.ts';
import type { CsvColumns } from '../../data/config/sources.ts';
import { sampleConversations } from '../sample-conversations.ts';

export function addInitCommand(program: Command, io: Io): void {
  program
    .command('init')
    .description('make a project: attune.yaml, and sample conversations where you name none of your own')
    .argument('[folder]', 'the project folder; made when it does not exist', '.')
    .option(
      '--data <file>',
      'your conversations: JSON Lines (OpenAI chat, ShareGPT, Alpaca or prompt and completion), or CSV with a header',
    )
    .action(async (folder: string, options: { data?: string }, command: Command) => {
      const context = createContext(io, command);
      const result = await initProject(
        resolve(io.cwd, folder),
        options.data && resolve(io.cwd, options.data),
      );
      const enter = result.folder === resolve(io.cwd) ? '' : `cd ${shellWord(folder)} && `;
      const lines = [
        ...result.files.map((file) => `wrote ${join(folder, file)}`),
        '',
        `Next: ${enter}${commandName(io)} run`,
        '',
      ];
      context.result({ folder: result.folder, files: result.files }, lines.join('\n'));
    });
}

type InitResult = { folder: string; files: string[] };

async function initProject(folder: string, dataFile: string | undefined): Promise<InitResult> {
  const projectFile = join(folder, 'attune.yaml');
  if (await exists(projectFile)) {
    throw new AttuneError('config', `${projectFile} exists already`, {
      fix: 'Change that file, or name another folder.',
    });
  }
  const columns = dataFile === undefined ? undefined : await checkData(dataFile);
  const sample = join('data', 'conversations.jsonl');
  const data = dataFile === undefined ? sample : relative(folder, dataFile);
  const files: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await writeFileAtomic(join(folder, path), text);
    files.push(path);
  };
  if (dataFile === undefined && !(await exists(join(folder, sample))))
    await write(sample, sampleConversations());
  await ignoreStore(folder, write);
  await writeEditorSchema(folder);
  // Last, because this file makes the folder a project: a crash before it leaves nothing that a second init refuses.
  await write(
    'attune.yaml',
    projectText(projectName(folder), sourceText(data.split(sep).join('/'), columns), dataFile === undefined),
  );
  return { folder, files };
}

/** The entry under collect.sources. */
function sourceText(data: string, columns: CsvColumns | undefined): string {
  if (columns === undefined) return `    - jsonl: ${JSON.stringify(data)}\n`;
  const pairs = Object.entries(columns).map(([column, name]) => `${column}: ${JSON.stringify(name)}`);
  return `    - csv: ${JSON.stringify(data)}\n      # Told by the names of the columns: see that they are right.\n      columns: { ${pairs.join(', ')} }\n`;
}

/** Adds the store to .gitignore, keeping what is there. */
async function ignoreStore(
  folder: string,
  write: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const before = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '');
  if (before.split(/\r?\n/).some((line) => /^\/?\.attune\/?$/.test(line.trim()))) return;
  await write('.gitignore', `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}.attune/\n`);
}

/** The folder's name with everything else replaced that a model's name may not hold. */
export function projectName(folder: string): string {
  const plain = basename(folder)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[-._]+$/g, '')
    .slice(0, 64);
  return plain === '' ? 'my-project' : plain;
}

/** The sample is so small that the default batch would take the model three steps and teach it nothing. */
const sampleTraining = `  # Small batches and many passes, because the sample is small; with more data, leave batch_size out and take 3 epochs.
  epochs: 15
  batch_size: 1
`;

function projectText(name: string, source: string, isSample: boolean): string {
  return `# yaml-language-server: $schema=./${editorSchemaPath}
# Every setting: docs/reference/configuration.md. Those left out have good defaults.
name: ${JSON.stringify(name)}
seed: 7

collect:
  sources:
${isSample ? '    # A small shop made up for this sample; put your own conversations in its place.\n' : ''}${source}  system_prompt: You are a friendly and helpful customer service assistant.

train:
  # The small model that comes with Attune, a folder in Hugging Face layout, or a hub id (owner/name).
  base: attune-base
${isSample ? sampleTraining : '  epochs: 3\n'}
register:
  alias: champion
`;
}
