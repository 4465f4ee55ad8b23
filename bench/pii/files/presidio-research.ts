import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvaluationFile, inOrder, scopeOf } from '../evaluation-file.ts';
import { goldTypes } from '../labels.ts';

type Row = {
  full_text: string;
  spans: { entity_type: string; entity_value: string; start_position: number; end_position: number }[];
};

/** The synthetic sentences of presidio-research; every span of every type is labelled. */
export async function presidioResearch(
  folder: string,
  name: 'synth_dataset_v2' | 'generated_small',
): Promise<EvaluationFile> {
  const path = name === 'synth_dataset_v2' ? ['data', `${name}.json`] : ['tests', 'data', `${name}.json`];
  const rows = JSON.parse(await readFile(join(folder, 'presidio-research', ...path), 'utf8')) as Row[];
  const records = rows.map(({ full_text: text, spans }) => ({
    text,
    before: '',
    gold: inOrder(
      spans.flatMap(({ entity_type: label, start_position: start, end_position: end }) => {
        const type = goldTypes[label];
        return type === undefined ? [] : [{ start, end, type, label }];
      }),
    ),
  }));
  return {
    name: `presidio-research ${name}`,
    scope: scopeOf(records),
    records,
    isEnglish: true,
    note: 'All spans are labelled. DATE_TIME, AGE, TITLE and NRP are out of scope.',
    ...(name === 'synth_dataset_v2' && { target: { recall: 0.8, precision: 0.85 } }),
  };
}
