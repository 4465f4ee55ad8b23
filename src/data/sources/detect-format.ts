import { AttuneError } from '../../base/errors.ts';
import { isRecord } from '../../base/json.ts';
import { type RecordFormat, recordFormats } from '../config/record-formats.ts';
import { alpaca } from './alpaca.ts';
import type { UnknownRecord } from './field-checks.ts';
import { openai } from './openai.ts';
import { openaiPreference } from './openai-preference.ts';
import { preference } from './preference.ts';
import { promptCompletion } from './prompt-completion.ts';
import type { RecordShape } from './record-shape.ts';
import { sharegpt } from './sharegpt.ts';
import { unpairedPreference } from './unpaired-preference.ts';

export const shapes: Readonly<Record<RecordFormat, RecordShape>> = {
  openai,
  sharegpt,
  alpaca,
  preference,
  'openai-preference': openaiPreference,
  'unpaired-preference': unpairedPreference,
  'prompt-completion': promptCompletion,
};

/** The format that most of the first records look like. Throws AttuneError 'data' when none fits. */
export function detectFormat(values: readonly unknown[], path: string): RecordFormat {
  const records = values.filter(isRecord);
  const hits = (format: RecordFormat): number =>
    records.filter((record) => shapes[format].matches(record)).length;
  const best = recordFormats.reduce((a, b) => (hits(b) > hits(a) ? b : a));
  if (hits(best) > 0) return best;
  if (Array.isArray(values[0]))
    throw new AttuneError('data', `${path}: the first line holds a JSON list, not a record`, {
      fix: "Write one record a line, for example with: jq -c '.[]' old.json > new.jsonl",
    });
  const keys = [...new Set(records.flatMap((record: UnknownRecord) => Object.keys(record)))].slice(0, 8);
  throw new AttuneError(
    'data',
    `${path}: cannot tell the format; ${keys.length === 0 ? 'the first lines hold no JSON objects' : `the first records have the fields ${keys.join(', ')}`}`,
    {
      fix: `Known formats are ${recordFormats.join(', ')}; name one with format:, or read the file with a module of your own.`,
    },
  );
}
