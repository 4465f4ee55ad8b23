import { isRecord } from '../../base/json.ts';
import type { Example, ExampleMeta, Message, ToolDefinition } from '../example.ts';
import { type UnknownRecord, fail, isFact } from './field-checks.ts';

/** What a record says before it has an id and a source. */
export type ParsedRecord = {
  messages: Message[];
  meta: Record<string, string | number | boolean>;
  tools?: ToolDefinition[];
  /** Fields that have no place in an example. */
  ignored: string[];
};

/** One shape of records in a JSON Lines file; each is a file of its own, listed in detect-format.ts. */
export type RecordShape = {
  /** Whether a record looks like this shape; only to tell the format of a file. */
  matches: (record: UnknownRecord) => boolean;
  /** Throws RecordError naming the field and the value. */
  parse: (record: UnknownRecord) => ParsedRecord;
  /** The record of an example. Throws RecordError when the shape has no place for it. Facts in `meta` are not written. */
  write: (example: Example) => UnknownRecord;
};

const renamed = new Map([
  ['created_at', 'createdAt'],
  ['conversation_id', 'conversation'],
]);
const listFields = ['meta', 'metadata'];

/** Facts from the fields of a record that its shape does not use; `meta` and `metadata` objects are opened. */
export function readMeta(
  record: UnknownRecord,
  used: readonly string[],
): Pick<ParsedRecord, 'meta' | 'ignored'> {
  const meta: ParsedRecord['meta'] = {};
  const ignored: string[] = [];
  const take = (key: string, value: unknown, path: string): void => {
    if (value === null || value === undefined) return;
    const name = renamed.get(key) ?? key;
    if (!isFact(value)) ignored.push(path);
    else if (!textFacts.has(name)) meta[name] = value;
    else if (String(value).trim() !== '') meta[name] = textFact(value, path);
  };
  for (const [key, value] of Object.entries(record)) {
    if (used.includes(key)) continue;
    if (listFields.includes(key) && isRecord(value))
      for (const [inner, fact] of Object.entries(value)) take(inner, fact, `${key}.${inner}`);
    else take(key, value, key);
  }
  return { meta, ignored };
}

const textFacts = new Set<keyof ExampleMeta>([
  'id',
  'source',
  'topic',
  'outcome',
  'language',
  'createdAt',
  'conversation',
]);

/** Ids and topics are text, and not known where that is blank; a number is taken as its digits unless JSON has already rounded it. */
function textFact(value: string | number | boolean, field: string): string {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    fail(field, value, 'a number this large is not exact in JSON: write it in quotes');
  return String(value);
}
