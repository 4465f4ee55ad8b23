/** Runs collect on one source, and shows what came of it in a form that is short to compare. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/base/json.ts';
import { collect } from '../../src/data/collect.ts';
import { collectConfig } from '../../src/data/config.ts';
import type { Example } from '../../src/data/example.ts';
import type { LedgerEntry } from '../../src/data/ledger.ts';

export const ticketFixtures = join(import.meta.dirname, '../fixtures/tickets');

export type Collected = {
  summary: Record<string, Json>;
  notes: string[];
  examples: Example[];
  /** Of each example its messages but for the system prompt, as `user: text`; `assistant*` is not trained on. */
  texts: string[][];
  dropped: string[];
  changed: string[];
};

/** Collects one source in a folder of these files, and of fixtures by their names. */
export async function collectSource(
  source: object,
  files: Record<string, string | Buffer> = {},
  ...names: string[]
): Promise<Collected> {
  const projectFolder = mkdtempSync(join(tmpdir(), 'attune-tickets-'));
  const outputFolder = mkdtempSync(join(tmpdir(), 'attune-tickets-out-'));
  for (const name of names)
    cpSync(join(ticketFixtures, name), join(projectFolder, name), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(projectFolder, name)), { recursive: true });
    writeFileSync(join(projectFolder, name), content);
  }
  const config = collectConfig.parse({ sources: [{ name: 's', ...source }], max_bad_share: 1 });
  const notes: string[] = [];
  const summary = await collect({
    config,
    projectFolder,
    outputFolder,
    seed: 1,
    report: (event) =>
      void (event.type === 'note' || event.type === 'warning' ? notes.push(event.message) : 0),
    signal: new AbortController().signal,
  });
  const lines = <T>(name: string): T[] =>
    readFileSync(join(outputFolder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  const examples = lines<Example>('examples.jsonl');
  const ledger = lines<LedgerEntry>('ledger.jsonl');
  return {
    summary,
    notes,
    examples,
    texts: examples.map(({ messages }) =>
      messages
        .slice(1)
        .map(({ role, content, trained }) => `${role}${trained === false ? '*' : ''}: ${content}`),
    ),
    dropped: ledger
      .filter(({ action }) => action === 'dropped')
      .map(({ rule, place, reason }) => `${place} ${rule}: ${reason}`),
    changed: ledger
      .filter(({ action }) => action === 'changed')
      .map(({ rule, reason }) => `${rule}: ${reason}`),
  };
}
