/** The public sets that near-duplicates are measured on, read from the files their authors publish. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readCsv, readCsvFields } from '../../src/formats/csv.ts';
import { readJsonLines } from '../../src/formats/jsonl.ts';

export type TextSet = {
  name: string;
  texts: string[];
  threshold: number;
  /** Compared by characters, as Chinese is. */
  characters: boolean;
};

type Reader = {
  name: string;
  read: (folder: string) => Promise<string[]>;
  threshold?: number;
  characters?: boolean;
};

const readers: readonly Reader[] = [
  {
    name: 'Banking77',
    read: async (folder) => csvColumn(folder, 'polyai/banking_data/{train,test}.csv', 'text'),
  },
  { name: 'CLINC150', read: readClinc },
  { name: 'MMLU, question', read: async (folder) => readMmlu(folder, 1) },
  { name: 'MMLU, question and options', read: async (folder) => readMmlu(folder, 5) },
  { name: 'cn-laws', read: readLaws, characters: true },
  { name: 'cn-laws', read: readLaws, characters: true, threshold: 0.5 },
  { name: 'NLU++', read: readNlu },
  { name: 'GSM8K, question', read: readGsm },
  { name: 'LLMBar, input', read: readLlmBar },
  {
    name: 'MultiDoGO, turns',
    read: async (folder) =>
      csvColumn(folder, 'multidogo/data/paper_splits/splits_annotated_at_turn_level/*/*.tsv', 'utterance'),
  },
  {
    name: 'presidio-research',
    read: async (folder) =>
      (await readJson<{ full_text: string }[]>(folder, 'presidio-research/data/synth_dataset_v2.json')).map(
        ({ full_text }) => full_text,
      ),
  },
];

export async function readSets(folder: string): Promise<TextSet[]> {
  return Promise.all(
    readers.map(async ({ name, read, threshold = 0.8, characters = false }) => ({
      name,
      texts: await read(folder),
      threshold,
      characters,
    })),
  );
}

function files(folder: string, pattern: string): string[] {
  const found = globSync(pattern, { cwd: folder }).sort();
  if (found.length === 0) throw new Error(`${folder} holds no ${pattern}`);
  return found.map((file) => join(folder, file));
}

async function readJson<T>(folder: string, file: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as T;
}

async function csvColumn(folder: string, pattern: string, column: string): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files(folder, pattern))
    for await (const { line, value, error } of readCsv(file)) {
      if (error !== undefined) throw new Error(`${file}:${line}: ${error}`);
      texts.push(value[column]!);
    }
  return texts;
}

async function readClinc(folder: string): Promise<string[]> {
  const splits = await readJson<Record<string, [text: string, intent: string][]>>(
    folder,
    'clinc150/data/data_full.json',
  );
  return Object.values(splits).flatMap((records) => records.map(([text]) => text));
}

async function readMmlu(folder: string, fieldCount: number): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files(folder, 'mmlu/data/{dev,val,test}/*.csv'))
    for await (const { fields } of readCsvFields(file)) texts.push(fields.slice(0, fieldCount).join(' '));
  return texts;
}

async function readLaws(folder: string): Promise<string[]> {
  const laws = files(folder, 'cn-laws/*/*.md').filter((file) => basename(file) !== '_index.md');
  return Promise.all(laws.map((file) => readFile(file, 'utf8')));
}

async function readNlu(folder: string): Promise<string[]> {
  const folds = await Promise.all(
    files(folder, 'polyai/nlupp/data/{banking,hotels}/fold*.json').map(
      async (file) => JSON.parse(await readFile(file, 'utf8')) as { text: string }[],
    ),
  );
  return folds.flat().map(({ text }) => text);
}

async function readGsm(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files(folder, 'gsm8k/grade_school_math/data/{train,test}.jsonl'))
    for await (const { value } of readJsonLines(file)) texts.push((value as { question: string }).question);
  return texts;
}

async function readLlmBar(folder: string): Promise<string[]> {
  const lists = await Promise.all(
    files(folder, 'llmbar/Dataset/**/dataset.json').map(
      async (file) => JSON.parse(await readFile(file, 'utf8')) as { input: string }[],
    ),
  );
  return lists.flat().map(({ input }) => input);
}
