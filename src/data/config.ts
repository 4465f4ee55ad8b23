import { z } from 'zod';
import { isSupportedCountry } from 'libphonenumber-js';
import { defaultSystemPrompt } from './system-prompt.ts';

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

const source = z
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

export const collectConfig = z
  .strictObject({
    sources: z.array(source).min(1).describe('Where the conversations come from, read in this order.'),
    system_prompt: z
      .string()
      .min(1)
      .default(defaultSystemPrompt)
      .describe('Put in front of every example that brings no system prompt of its own.'),
    topics: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe('System prompt by topic, used instead of system_prompt for the examples of that topic.'),
    max_bad_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of unreadable records, in [0, 1], past which the run stops.'),
  })
  .superRefine((value, context) => {
    const seen = new Set<string>();
    value.sources.forEach((one, index) => {
      const name = sourceName(one);
      if (seen.has(name))
        context.addIssue({
          code: 'custom',
          path: ['sources', index],
          message: `two sources are called "${name}"; give one of them another name`,
        });
      seen.add(name);
    });
  })
  .describe('What conversations are read.');

export const curateConfig = z
  .strictObject({
    normalise: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Unicode NFC, white space, control and invisible characters.'),
        markup: z
          .enum(['strip', 'keep'])
          .default('strip')
          .describe('strip turns HTML and Markdown into plain text, except in code; keep leaves them.'),
      })
      .prefault({})
      .describe('How texts are cleaned.'),
    internal_notes: z
      .strictObject({
        flags: z
          .array(z.string().min(1))
          .default(['internal', 'internal_note', 'is_internal', 'private', 'private_note'])
          .describe('A message with one of these facts set to true is an internal note and is left out.'),
        patterns: z
          .array(z.string().min(1).refine(isRegularExpression, 'is not a regular expression'))
          .default([
            '^\\s*[\\[(<](?:internal|private)(?: note)?[\\])>]',
            '^\\s*(?:internal|private) note\\s*[:\\-]',
          ])
          .describe(
            'A message whose text matches one of these regular expressions (case ignored) is left out.',
          ),
      })
      .prefault({})
      .describe('Messages that agents wrote for each other.'),
    min_characters: z
      .int()
      .min(0)
      .default(50)
      .describe('Least characters of user and assistant text in a conversation.'),
    pii: z
      .strictObject({
        email: z.boolean().default(true).describe('Replace e-mail addresses by [EMAIL].'),
        phone: z.boolean().default(true).describe('Replace phone numbers by [PHONE].'),
        card: z.boolean().default(true).describe('Replace payment card numbers by [CARD].'),
        ip: z.boolean().default(true).describe('Replace IP addresses by [IP].'),
        country: z
          .string()
          .refine(isSupportedCountry, 'is not a two-letter country code such as US, DE or IN')
          .default('US')
          .describe('Country of phone numbers written without a country code (ISO 3166-1 alpha-2).'),
      })
      .prefault({})
      .describe('Personal data replaced by placeholders, in messages, tool calls and tool results.'),
    deduplicate: z
      .boolean()
      .default(true)
      .describe('Keep one of the conversations that are the same but for case and white space.'),
    budget: z
      .strictObject({
        examples: z.int().positive().describe('Examples to keep at most.'),
        by: z
          .enum(['topic', 'none'])
          .default('topic')
          .describe('topic keeps every topic in proportion; none draws from all alike.'),
      })
      .optional()
      .describe('Draw a seeded sample of this size at the end.'),
  })
  .describe('What is cleaned and what is left out.');

export const splitConfig = z
  .strictObject({
    train: z.number().gt(0).lt(1).default(0.8).describe('Share of the examples that are trained on.'),
    validation: z.number().gt(0).lt(1).default(0.1).describe('Share that chooses the best checkpoint.'),
    test: z.number().gt(0).lt(1).default(0.1).describe('Share that the final measurements are made on.'),
    stratify: z
      .string()
      .min(1)
      .default('topic')
      .describe('Fact about an example (topic, outcome, language ...) that every split gets in proportion.'),
  })
  .superRefine(({ train, validation, test }, context) => {
    const sum = train + validation + test;
    if (Math.abs(sum - 1) > 1e-6)
      context.addIssue({
        code: 'custom',
        message: `train, validation and test must sum to 1; they sum to ${Number(sum.toFixed(6))}`,
      });
  })
  .describe('How examples are divided, whole conversations at a time.');

export type SourceConfig = z.infer<typeof source>;
export type CsvColumns = z.infer<typeof csvColumns>;
export type CollectConfig = z.infer<typeof collectConfig>;
export type CurateConfig = z.infer<typeof curateConfig>;
export type SplitConfig = z.infer<typeof splitConfig>;

/** The source's name in ids, the ledger and reports: as configured, or else its path as written. */
export function sourceName(config: Pick<SourceConfig, 'name' | 'jsonl' | 'csv' | 'module'>): string {
  return config.name ?? config.jsonl ?? config.csv ?? config.module ?? '';
}

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}
