/** One record's whole story, from the ledgers of the stages it went through. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonLines } from '../formats/jsonl.ts';
import type { Example } from './example.ts';
import type { LedgerEntry } from './ledger.ts';
import { ownLineLimitBytes, readExamples } from './read-examples.ts';
import { splitNames, type SplitName } from './split/assign.ts';

/** The folders of the finished artifacts, in the order of the stages; what a project lacks is left out. */
export type DataFolders = { collect: string; synthesise?: string; curate?: string; split?: string };

export type Story = {
  id: string;
  /** What each stage wrote about the record, in order. */
  events: (LedgerEntry & { stage: keyof DataFolders })[];
  /** As it came in; undefined for a record that could not be read. */
  collected?: Example;
  /** As it left curation; undefined where it was dropped. */
  curated?: Example;
  split?: SplitName;
};

/**
 * The story of the record with this id, or that stood at this place (`chats.jsonl:12`). Undefined when no ledger knows it.
 * Reads every ledger once, in bounded memory.
 */
export async function explain(idOrPlace: string, folders: DataFolders): Promise<Story | undefined> {
  let id: string | undefined;
  const events: Story['events'] = [];
  for (const stage of ['collect', 'synthesise', 'curate', 'split'] as const) {
    const path = join(folders[stage] ?? '', 'ledger.jsonl');
    if (folders[stage] === undefined || !existsSync(path)) continue;
    for await (const { value } of readJsonLines(path, { maxLineBytes: ownLineLimitBytes })) {
      const entry = value as LedgerEntry;
      if (entry.id !== idOrPlace && entry.place !== idOrPlace && (id === undefined || entry.id !== id))
        continue;
      id ??= entry.id;
      events.push({ stage, ...entry });
    }
  }
  if (events.length === 0) return undefined;
  const find = async (path: string): Promise<Example | undefined> => {
    if (id === undefined || !existsSync(path)) return undefined;
    for await (const example of readExamples(path)) if (example.meta.id === id) return example;
    return undefined;
  };
  const came =
    (await find(join(folders.collect, 'examples.jsonl'))) ??
    (folders.synthesise && (await find(join(folders.synthesise, 'examples.jsonl'))));
  const left = folders.curate && (await find(join(folders.curate, 'examples.jsonl')));
  let split: SplitName | undefined;
  for (const name of splitNames)
    if (folders.split && split === undefined && (await find(join(folders.split, `${name}.jsonl`))))
      split = name;
  return {
    id: id ?? idOrPlace,
    events,
    ...(came && { collected: came }),
    ...(left && { curated: left }),
    ...(split && { split }),
  };
}
