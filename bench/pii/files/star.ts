import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { PackedDialogue } from '../../../recipes/customer-support/packed.ts';
import {
  type EvaluationFile,
  type EvaluationRecord,
  inOrder,
  type LabelledSpan,
  scopeOf,
} from '../evaluation-file.ts';
import { type CommonType, goldTypes } from '../labels.ts';
import { root } from '../../paths.ts';

type Value = { label: string; type: CommonType; text: string };

/**
 * STAR: the values that agents gave the database, wherever the customer typed them (whole words, case ignored). Every
 * customer turn of a dialogue with such a value is a record, with the agent's turn before it.
 */
export async function star(): Promise<EvaluationFile> {
  const packed = await readFile(join(root, 'recipes', 'customer-support', 'data', 'dialogues.jsonl.br'));
  const records: EvaluationRecord[] = [];
  for (const line of brotliDecompressSync(packed).toString('utf8').trimEnd().split('\n')) {
    const { events } = JSON.parse(line) as PackedDialogue;
    const values = valuesOf(events);
    if (values.length === 0) continue;
    const own: EvaluationRecord[] = [];
    let before = '';
    for (const event of events) {
      if ('user' in event) own.push({ text: event.user, before, gold: goldOf(event.user, values) });
      else if ('reply' in event) before = event.reply;
      else if ('typed' in event) before = event.typed;
    }
    if (own.some(({ gold }) => gold.length > 0)) records.push(...own);
  }
  return {
    name: 'STAR values',
    scope: scopeOf(records),
    records,
    note: 'Only values that went to the database are labelled: names that did not are counted as mistakes of both systems, so precision is a lower bound. The names are scripted, 8 to 48 distinct a slot.',
  };
}

function valuesOf(events: PackedDialogue['events']): Value[] {
  const values = new Map<string, Value>();
  for (const event of events)
    if ('query' in event)
      for (const [label, expression] of event.where) {
        const type = goldTypes[label];
        const isText = /^"(?:[^"\\]|\\.)*"$/.test(expression);
        const text = isText
          ? (JSON.parse(expression) as string).trim()
          : /^\d+$/.test(expression)
            ? expression
            : '';
        if (type !== undefined && text !== '') values.set(`${label} ${text}`, { label, type, text });
      }
  return [...values.values()];
}

function goldOf(text: string, values: readonly Value[]): LabelledSpan[] {
  const spans = values.flatMap(({ label, type, text: value }) => {
    const quoted = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${quoted}(?![\\p{L}\\p{N}_])`, 'giu');
    return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      start: index,
      end: index + found.length,
      type,
      label,
    }));
  });
  return inOrder(spans);
}
