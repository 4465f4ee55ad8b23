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

type Value = { label: string; type: CommonType | undefined; text: string };

/** A value in so many dialogues is of the script, and stands for itself wherever a customer types it. */
const scripted = 10;
/** Slots whose values are people, firms and answers of other kinds: no mistake where they are found, no gold either. */
const neutralLabels = new Set(['Name', 'DriverName', 'BankName', 'SecurityAnswer1', 'SecurityAnswer2']);

/**
 * STAR: the values that agents gave the database, wherever the customer typed them (whole words, case ignored): those of
 * the dialogue, and those of the script in any dialogue. Every customer turn of a dialogue with such a value is a record,
 * with the agent's turn before it.
 */
export async function star(): Promise<EvaluationFile> {
  const packed = await readFile(join(root, 'recipes', 'customer-support', 'data', 'dialogues.jsonl.br'));
  const lines = brotliDecompressSync(packed).toString('utf8').trimEnd().split('\n');
  const dialogues = lines.map((line) => (JSON.parse(line) as PackedDialogue).events);
  const values = dialogues.map(valuesOf);
  const common = scriptedOf(values);
  const records: EvaluationRecord[] = [];
  dialogues.forEach((events, i) => {
    const own: EvaluationRecord[] = [];
    let before = '';
    for (const event of events) {
      if ('user' in event)
        own.push({
          before,
          ...labelled(event.user, [
            ...values[i]!.filter(({ text }) => !common.has(text.toLowerCase())),
            ...common.values(),
          ]),
        });
      else if ('reply' in event) before = event.reply;
      else if ('typed' in event) before = event.typed;
    }
    if (own.some(({ gold }) => gold.length > 0)) records.push(...own);
  });
  return {
    name: 'STAR values',
    scope: scopeOf(records),
    records,
    isEnglish: true,
    note: 'Customer turns; gold is what went to the database as a name of a customer, an account number, a PIN or a date of birth. Names of doctors, drivers and banks and answers to security questions count neither way. Other names that customers made up are counted as mistakes of both systems, so precision is a lower bound. The names are scripted, 8 to 48 distinct a slot.',
  };
}

function valuesOf(events: PackedDialogue['events']): Value[] {
  const values = new Map<string, Value>();
  for (const event of events)
    if ('query' in event)
      for (const [label, expression] of event.where) {
        const type = goldTypes[label];
        if (type === undefined && !neutralLabels.has(label)) continue;
        for (const text of textsIn(expression)) values.set(`${label} ${text}`, { label, type, text });
      }
  return [...values.values()];
}

/** The strings and the number of a Python expression such as api.is_one_of(["Mark", "Ella"]). */
function textsIn(expression: string): string[] {
  const texts = /^\d+$/.test(expression)
    ? [expression]
    : [...expression.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([quoted]) => JSON.parse(quoted) as string);
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** What is of the script; a value that agents put into several slots is of the one that has it most often. */
function scriptedOf(dialogues: readonly (readonly Value[])[]): Map<string, Value> {
  const counts = new Map<string, { value: Value; count: number }>();
  for (const values of dialogues)
    for (const value of values) {
      const entry = counts.get(`${value.label} ${value.text}`) ?? { value, count: 0 };
      counts.set(`${value.label} ${value.text}`, entry);
      entry.count += 1;
    }
  const often = [...counts.values()]
    .filter(({ count }) => count >= scripted)
    .sort((a, b) => a.count - b.count);
  return new Map(often.map(({ value }) => [value.text.toLowerCase(), value]));
}

function labelled(
  text: string,
  values: readonly Value[],
): Pick<EvaluationRecord, 'text' | 'gold' | 'neutral'> {
  const gold: LabelledSpan[] = [];
  const neutral: { start: number; end: number }[] = [];
  for (const { label, type, text: value } of values) {
    if (!text.toLowerCase().includes(value.toLowerCase())) continue;
    const quoted = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${quoted}(?![\\p{L}\\p{N}_])`, 'giu');
    for (const { 0: found, index } of text.matchAll(pattern)) {
      const span = { start: index, end: index + found.length };
      if (type === undefined) neutral.push(span);
      else gold.push({ ...span, type, label });
    }
  }
  return { text, gold: inOrder(gold), neutral };
}
