import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvaluationFile, type EvaluationRecord, scopeOf } from '../evaluation-file.ts';
import { goldTypes } from '../labels.ts';

type Row = { text: string; slots?: Record<string, { span?: [number, number]; text?: string }> };

/** NLU++: what callers said to a bank's and a hotel's machine; names of people are slots. */
export async function nlupp(folder: string): Promise<EvaluationFile> {
  const records: EvaluationRecord[] = [];
  for (const domain of ['banking', 'hotels']) {
    const at = join(folder, 'polyai', 'nlupp', 'data', domain);
    for (const file of (await readdir(at)).filter((one) => /^fold\d+\.json$/.test(one)).sort()) {
      const rows = JSON.parse(await readFile(join(at, file), 'utf8')) as Row[];
      for (const { text, slots = {} } of rows)
        records.push({
          text,
          before: '',
          gold: Object.entries(slots).flatMap(([label, { span }]) => {
            const type = goldTypes[label];
            return type === undefined || span === undefined
              ? []
              : [{ start: span[0], end: span[1], type, label }];
          }),
        });
    }
  }
  return {
    name: 'NLU++ names',
    scope: scopeOf(records),
    records,
    isEnglish: true,
    note: 'Only person_name is scored.',
  };
}
