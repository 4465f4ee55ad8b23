import { z } from 'zod';
import { textEncodings } from '../../formats/text-chunks.ts';
import { recordFormats } from './record-formats.ts';

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

/** Kinds that tell who wrote a message, and not whether that was an agent. */
const authoredKinds = [
  'zendesk',
  'intercom',
  'freshdesk',
  'helpscout',
  'mail',
  'chatlog',
  'slack',
  'telegram',
  'discord',
] as const;

/** Each source is of one of these kinds; the setting of that name says where it lies. */
export const sourceKinds = ['jsonl', 'csv', 'module', ...authoredKinds] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Where the topic of a ticket can be taken from. */
export const topicFacts = ['tag', 'type', 'group', 'brand', 'channel'] as const;

const path = (what: string): z.ZodOptional<z.ZodString> => z.string().min(1).optional().describe(what);

const chatlogConfig = z
  .strictObject({
    line: z
      .string()
      .min(1)
      .refine((form) => form.includes('{name}') && (form.endsWith('{text}') || !form.includes('{text}')), {
        message:
          'a line form has {name} and ends with {text}, as in "[{time}] <{name}> {text}", or has no {text} where that stands on the lines below',
      })
      .optional()
      .describe(
        'Form of a line, of {date}, {time}, {name} and, last, {text} (default: told from the first lines). IRC: "[{time}] <{name}> {text}". Without {text} it stands on the lines below, as in "{name}  {time}".',
      ),
    date_order: z
      .enum(['dmy', 'mdy', 'ymd'])
      .optional()
      .describe('Order of day, month and year in dates (default: told from the first dates).'),
    gap_minutes: z
      .number()
      .positive()
      .default(180)
      .describe('Silence after which a new conversation begins, in minutes.'),
    conversations: z
      .enum(['one', 'many'])
      .default('one')
      .describe(
        'one: a single conversation at a time, as between two people. many: a channel where several run at once; a line belongs to the person it names first ("ann: ...").',
      ),
  })
  .describe('How a chat log is read.');

export const sourceConfig = z
  .strictObject({
    jsonl: path('A JSON Lines file, one record a line, relative to the project folder.'),
    csv: path('A CSV file with a header row; needs columns.'),
    module: path(
      'A TypeScript or JavaScript module that exports the async generator examples(options, context).',
    ),
    zendesk: path("Zendesk's JSON export of tickets with their comments: a file or a folder."),
    intercom: path("Intercom's conversations, as JSON or as CSV with one message a row: a file or a folder."),
    freshdesk: path("Freshdesk's tickets with their conversations, as JSON: a file or a folder."),
    helpscout: path("Help Scout's conversations with their threads, as JSON: a file or a folder."),
    mail: path('E-mail: an mbox file, an .eml file or a folder of them; needs agents.'),
    chatlog: path('A chat log as plain text: a file or a folder of .txt and .log files.'),
    slack: path("Slack's export of a workspace: the ZIP archive, or the folder that it unpacks to."),
    telegram: path('Chats as Telegram Desktop exports them, as JSON: a file or a folder.'),
    discord: path('Channels as DiscordChatExporter writes them, as JSON: a file or a folder.'),
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
    encoding: z
      .enum(textEncodings)
      .optional()
      .describe('Encoding of the text files of a source (default: UTF-8, or as a byte order mark says).'),
    agents: z
      .array(z.string().trim().min(1))
      .min(1)
      .optional()
      .describe(
        'Who answers: e-mail addresses, domains ("@example.com") or names. For mail, chats, and tickets whose export does not tell.',
      ),
    topic_from: z
      .enum(topicFacts)
      .optional()
      .describe(
        'What of a ticket becomes its topic: the first of its tags, its type, group, brand or channel.',
      ),
    chatlog_options: chatlogConfig.optional(),
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
    const kinds = sourceKinds.filter((kind) => value[kind] !== undefined);
    const kind = kinds[0];
    if (kind === undefined || kinds.length > 1)
      return fail(
        `a source needs exactly one of ${sourceKinds.join(', ')}; ${kind === undefined ? 'it has none' : `it has ${kinds.join(' and ')}`}`,
      );
    if (kind === 'csv' && value.columns === undefined) fail('a csv source needs columns');
    if (kind === 'mail' && value.agents === undefined)
      fail('a mail source needs agents: the addresses or domains of those who answer');
    for (const [setting, allowed] of Object.entries(settingsOf) as [KindSetting, readonly SourceKind[]][])
      if (value[setting] !== undefined && !allowed.includes(kind))
        fail(`only a ${allowed.join(' or ')} source has ${setting}`, [setting]);
  })
  .describe('One source of conversations.');

type KindSetting =
  | 'columns'
  | 'delimiter'
  | 'format'
  | 'options'
  | 'chatlog_options'
  | 'encoding'
  | 'agents'
  | 'topic_from';

/** Settings that some kinds of source have and others do not. */
const settingsOf: Readonly<Record<KindSetting, readonly SourceKind[]>> = {
  columns: ['csv'],
  delimiter: ['csv'],
  format: ['jsonl'],
  options: ['module'],
  chatlog_options: ['chatlog'],
  encoding: ['jsonl', 'csv', 'zendesk', 'intercom', 'freshdesk', 'helpscout', 'chatlog'],
  agents: authoredKinds,
  topic_from: ['zendesk', 'intercom', 'freshdesk', 'helpscout', 'slack', 'telegram', 'discord'],
};

export type SourceConfig = z.infer<typeof sourceConfig>;
export type ChatlogConfig = z.infer<typeof chatlogConfig>;
export type CsvColumns = z.infer<typeof csvColumns>;

/** The kind of a checked source. */
export function sourceKind(config: Partial<Record<SourceKind, string>>): SourceKind {
  return sourceKinds.find((kind) => config[kind] !== undefined) ?? 'jsonl';
}

/** Where a checked source lies, as the project file writes it. */
export function sourcePath(config: Partial<Record<SourceKind, string>>): string {
  return config[sourceKind(config)] ?? '';
}

/** The source's name in ids, the ledger and reports: as configured, or else its path as written. */
export function sourceName(config: Partial<Record<SourceKind | 'name', string>>): string {
  return config.name ?? sourcePath(config);
}
