import { z } from 'zod';

export const recordFormats = [
  'openai',
  'sharegpt',
  'alpaca',
  'preference',
  'openai-preference',
  'unpaired-preference',
  'prompt-completion',
] as const;
export type RecordFormat = (typeof recordFormats)[number];

const column = (what: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1).optional().describe(`Column with ${what}.`);

const csvColumns = z
  .strictObject({
    user: column('what the user wrote (one row is one exchange)'),
    assistant: column('the reply (one row is one exchange)'),
    system: column('the system prompt'),
    conversation: column(
      'the conversation id (one row is one message; rows of a conversation stand together)',
    ),
    role: column('who speaks: user, assistant, system (one row is one message)'),
    content: column('the text of the message (one row is one message)'),
    id: column("the example's id"),
    topic: column('the topic'),
    outcome: column('the outcome'),
    language: column('the language, a BCP 47 tag'),
    created_at: column('the time, ISO 8601'),
  })
  .superRefine((columns, context) => {
    const exchange = columns.user !== undefined && columns.assistant !== undefined;
    const messages =
      columns.conversation !== undefined && columns.role !== undefined && columns.content !== undefined;
    if (exchange === messages)
      context.addIssue({
        code: 'custom',
        message:
          'name either user and assistant (one row is one exchange) or conversation, role and content (one row is one message)',
      });
  })
  .describe('Which CSV column holds what.');

export const sourceConfig = z
  .strictObject({
    jsonl: z
      .string()
      .min(1)
      .optional()
      .describe('A JSON Lines file, one record a line, relative to the project folder.'),
    csv: z.string().min(1).optional().describe('A CSV file with a header row; needs columns.'),
    module: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A TypeScript or JavaScript module that exports the async generator examples(options, context).',
      ),
    name: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the source in ids, the ledger and reports (default: its path as written here).'),
    format: z
      .enum(recordFormats)
      .optional()
      .describe('Shape of the records of a jsonl source (default: told from the first records).'),
    columns: csvColumns.optional(),
    delimiter: z
      .enum([',', ';', '\t', '|'])
      .optional()
      .describe('What separates the fields of a csv source (default: told from the first rows).'),
    options: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Handed to the examples function of a module source.'),
    topic: z.string().min(1).optional().describe('Topic of the records that name none.'),
    limit: z.int().positive().optional().describe('Read this many records at most.'),
  })
  .superRefine((value, context) => {
    const fail = (message: string, path: string[] = []): void => {
      context.addIssue({ code: 'custom', message, path });
    };
    const kinds = (['jsonl', 'csv', 'module'] as const).filter((kind) => value[kind] !== undefined);
    if (kinds.length !== 1)
      return fail(
        `a source needs exactly one of jsonl, csv, module; ${kinds.length === 0 ? 'it has none' : `it has ${kinds.join(' and ')}`}`,
      );
    if (value.csv !== undefined && value.columns === undefined) fail('a csv source needs columns');
    if (value.csv === undefined && value.columns) fail('only a csv source has columns', ['columns']);
    if (value.csv === undefined && value.delimiter) fail('only a csv source has a delimiter', ['delimiter']);
    if (value.jsonl === undefined && value.format) fail('only a jsonl source has a format', ['format']);
    if (value.module === undefined && value.options) fail('only a module source has options', ['options']);
  })
  .describe('One source of conversations: a jsonl file, a csv file or a module.');

export type SourceConfig = z.infer<typeof sourceConfig>;
export type CsvColumns = z.infer<typeof csvColumns>;

/** The source's name in ids, the ledger and reports: as configured, or else its path as written. */
export function sourceName(config: Pick<SourceConfig, 'name' | 'jsonl' | 'csv' | 'module'>): string {
  return config.name ?? config.jsonl ?? config.csv ?? config.module ?? '';
}
