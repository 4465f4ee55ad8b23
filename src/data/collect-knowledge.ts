/** The part of collect that reads knowledge bases: passages.jsonl, and examples for the questions that pages answer. */
import { counted } from '../base/number-text.ts';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { JsonLinesFile } from '../formats/jsonl-file.ts';
import type { Reporter } from '../base/progress.ts';
import type { CollectConfig } from './config.ts';
import { type KnowledgeConfig, knowledgeName } from './config/knowledge.ts';
import type { Example } from './example.ts';
import type { Ledger } from './ledger.ts';
import { type KnowledgePage, readKnowledge } from './knowledge/read-knowledge.ts';

/** Files with text, files without any, files that could not be read, and what was made of the first. */
export type KnowledgeCounts = {
  pages: number;
  left_out: number;
  bad: number;
  passages: number;
  questions: number;
};

type Context = {
  config: CollectConfig;
  projectFolder: string;
  outputFolder: string;
  report: Reporter;
  signal: AbortSignal;
};

const rule = 'knowledge';
const shownReasons = 5;
const progressEvery = 100;

/**
 * Yields the examples and writes the passages of every knowledge base, in order, with a line in the ledger for each file.
 * Throws AttuneError 'data' when one has no passage at all.
 */
export async function* collectKnowledge(
  context: Context,
  ledger: Ledger,
  counts: Record<string, KnowledgeCounts>,
): AsyncGenerator<Example> {
  const { config, outputFolder } = context;
  if (config.knowledge.length === 0) return;
  const passages = new JsonLinesFile(join(outputFolder, 'passages.jsonl'));
  try {
    for (const base of config.knowledge)
      yield* collectBase(base, context, ledger, passages, (counts[knowledgeName(base)] = noCounts()));
    passages.close();
  } finally {
    passages.abort();
  }
}

async function* collectBase(
  base: KnowledgeConfig,
  context: Context,
  ledger: Ledger,
  passages: JsonLinesFile,
  counts: KnowledgeCounts,
): AsyncGenerator<Example> {
  const source = knowledgeName(base);
  const reasons: string[] = [];
  const { projectFolder, signal, report, config } = context;
  for await (const page of readKnowledge(base, { projectFolder, signal, passages: config.passages })) {
    if ((counts.pages + counts.left_out + counts.bad) % progressEvery === progressEvery - 1)
      report({ type: 'progress', label: source, done: counts.pages, unit: 'pages' });
    note(page, source, ledger);
    if (page.left !== undefined) {
      counts[page.bad ? 'bad' : 'left_out'] += 1;
      if (reasons.length < shownReasons) reasons.push(`\n  ${page.place}: ${page.left}`);
      continue;
    }
    counts.pages += 1;
    counts.passages += page.passages.length;
    counts.questions += page.examples.length;
    for (const passage of page.passages) passages.add(passage);
    yield* page.examples;
  }
  tell(source, counts, reasons, context);
}

function note(page: KnowledgePage, source: string, ledger: Ledger): void {
  const { place } = page;
  if (page.left !== undefined) {
    ledger.add({ action: 'dropped', rule, reason: page.left, source, place }, kindOf(page.left));
    return;
  }
  for (const reason of page.notes)
    ledger.add({ action: 'changed', rule, reason, source, place }, kindOf(reason));
  const reason = `${counted(page.passages.length, 'passage')}, ${counted(page.examples.length, 'question')}`;
  ledger.add({ action: 'kept', rule, reason, source, place });
}

/** The reason without the names and numbers in it. */
function kindOf(reason: string): string {
  return reason
    .replace(/: .{0,2000}$|(?<=same text as ).{1,4000}$|(?<=sends its readers on to ).{1,4000}$/s, '')
    .replace(/\d+/g, '#');
}

function tell(
  source: string,
  counts: KnowledgeCounts,
  reasons: readonly string[],
  { report }: Context,
): void {
  const { pages, bad, passages, questions } = counts;
  if (passages === 0)
    throw new AttuneError(
      'data',
      `the knowledge base ${source} holds no page that could be read${reasons.join('')}`,
      {
        fix: 'Check its path under collect.knowledge. What is read: .md, .mdx, .html, .pdf, .docx and .txt files.',
      },
    );
  const read = `${source}: ${counted(passages, 'passage')} and ${counted(questions, 'question')} from ${counted(pages, 'page')}`;
  report({ type: 'note', message: read });
  if (bad > 0)
    report({
      type: 'warning',
      message: `${source}: ${counted(bad, 'file')} could not be read; see ledger.jsonl${reasons.join('')}`,
    });
}

function noCounts(): KnowledgeCounts {
  return { pages: 0, left_out: 0, bad: 0, passages: 0, questions: 0 };
}
