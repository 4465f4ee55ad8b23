/** What the importers of help desks share: files, people, merged tickets, and threads as examples. */
import { AttuneError } from '../../base/errors.ts';
import { readJsonRecords, type JsonRecord } from '../../formats/json-records.ts';
import type { TextEncoding } from '../../formats/text-chunks.ts';
import { type SourceConfig, sourceKind, sourceName } from '../config/sources.ts';
import { agentMatcher, type IsAgent } from '../threads/agents.ts';
import { type HtmlReader, loadHtmlReader } from '../threads/html-body.ts';
import { groupMerged } from '../threads/merged.ts';
import { type Thread, toConversation } from '../threads/thread.ts';
import { checkRecord, RecordError, type UnknownRecord } from './check.ts';
import { topicOf } from './facts.ts';
import { fileEndings, listSourceFiles, refusalOf, type SourceFile } from './files.ts';
import { finishExample } from './finish.ts';
import type { Place, SourceContext, SourceItem } from './source.ts';

/** What records beside the tickets tell: who is an agent and who a customer, and how tickets were rated. Keys are ids as text. */
export type Aside = { agents: Set<string>; customers: Set<string>; ratings: Map<string, number> };

export type ThreadContext = Aside & { isAgent: IsAgent };

/** What differs between help desks. */
export type HelpDesk = {
  /** Where lists of records stand in an object of the export, and which of them hold no tickets. */
  lists: readonly string[];
  asideLists: readonly string[];
  /** For exports that need a first reading: whether a ticket's bytes may be worth a look, to save parsing the others. */
  mayTellMore?: (bytes: Buffer) => boolean;
  /** Notes what a record tells about others; true when it is no ticket itself. */
  noteAside?: (record: UnknownRecord, list: string, aside: Aside) => boolean;
  /** The ticket's id and that of the ticket it was merged into. */
  mergeOf?: (record: UnknownRecord) => { id: string; into: string } | undefined;
  /** Throws RecordError naming the field. */
  toThread: (record: UnknownRecord, context: ThreadContext) => Thread;
  readCsv?: (file: string, encoding: TextEncoding | undefined) => AsyncGenerator<JsonRecord>;
};

/** Merged tickets wait in memory for the one they were merged into; beyond this many characters they stay on their own. */
const mergedCharacters = 64 * 1024 * 1024;

type Waiting = { record: UnknownRecord; place: Place; into: string };

/** Every ticket of an export, in order, as a conversation or with the reason why it is none. */
export async function* readTickets(
  desk: HelpDesk,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const kind = sourceKind(config);
  const files = await listSourceFiles(config[kind]!, context.projectFolder, fileEndings[kind]!);
  const { aside, waiting } = await firstReading(desk, files, config);
  const groups = groupMerged(new Map([...waiting].map(([id, { into }]) => [id, into])));
  const merged = new Set([...groups.values()].flat());
  const importer = {
    desk,
    config,
    context: { ...aside, isAgent: agentMatcher(config.agents ?? []) },
    readHtml: await loadHtmlReader(),
  };
  for (const file of files)
    for await (const { line, column, list, value, error } of recordsOf(desk, file, files, config)) {
      const place = { file: file.name, line, ...(column !== undefined && { column }) };
      if (error !== undefined) {
        yield { place, rejected: error };
        continue;
      }
      try {
        const record = checkRecord(value, 'the record');
        if (isAside(desk, record, list)) continue;
        if (merged.size > 0 && merged.has(desk.mergeOf?.(record)?.id ?? '')) continue;
        const thread = desk.toThread(record, importer.context);
        const parts = thread.id === undefined ? undefined : groups.get(thread.id);
        yield* joinMerged(importer, thread, parts ?? [], waiting);
        if (thread.id !== undefined) groups.delete(thread.id);
        yield importThread(importer, thread, place, parts?.length ?? 0);
      } catch (cause) {
        if (!(cause instanceof RecordError)) throw cause;
        yield { place, rejected: cause.message };
      }
    }
  // Their target is not in the export.
  for (const id of [...groups.values()].flat()) {
    const { record, place } = waiting.get(id)!;
    try {
      yield importThread(importer, desk.toThread(record, importer.context), place, 0);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      yield { place, rejected: cause.message };
    }
  }
}

type Importer = { desk: HelpDesk; config: SourceConfig; context: ThreadContext; readHtml: HtmlReader };

async function firstReading(
  desk: HelpDesk,
  files: readonly SourceFile[],
  config: SourceConfig,
): Promise<{ aside: Aside; waiting: Map<string, Waiting> }> {
  const aside: Aside = { agents: new Set(), customers: new Set(), ratings: new Map() };
  const waiting = new Map<string, Waiting>();
  const { mayTellMore, asideLists } = desk;
  if (!mayTellMore) return { aside, waiting };
  let characters = 0;
  const select = (bytes: Buffer, list: string): boolean => asideLists.includes(list) || mayTellMore(bytes);
  for (const file of files)
    for await (const { line, column, list, value, error } of recordsOf(desk, file, files, config, select)) {
      if (error !== undefined || value === null || typeof value !== 'object' || Array.isArray(value))
        continue;
      const record = value as UnknownRecord;
      if (desk.noteAside?.(record, list, aside) === true) continue;
      const merge = desk.mergeOf?.(record);
      if (merge === undefined || merge.id === merge.into || waiting.has(merge.id)) continue;
      characters += JSON.stringify(record).length;
      if (characters <= mergedCharacters)
        waiting.set(merge.id, {
          record,
          place: { file: file.name, line, ...(column !== undefined && { column }) },
          into: merge.into,
        });
    }
  return { aside, waiting };
}

function isAside(desk: HelpDesk, record: UnknownRecord, list: string): boolean {
  const ignored: Aside = { agents: new Set(), customers: new Set(), ratings: new Map() };
  return desk.asideLists.includes(list) || desk.noteAside?.(record, list, ignored) === true;
}

/** The records of one of the files; a file among others that is none of the help desk's is one bad record. */
async function* recordsOf(
  desk: HelpDesk,
  file: SourceFile,
  files: readonly SourceFile[],
  { encoding }: SourceConfig,
  select?: (bytes: Buffer, list: string) => boolean,
): AsyncGenerator<JsonRecord> {
  try {
    if (desk.readCsv && /\.csv$/i.test(file.path)) yield* desk.readCsv(file.path, encoding);
    else yield* readJsonRecords(checkEnding(file), { lists: desk.lists, encoding, select });
  } catch (cause) {
    yield { line: 1, list: '', error: refusalOf(cause, files) };
  }
}

function checkEnding({ path, name }: SourceFile): string {
  if (/\.(?:csv|xml)$/i.test(path))
    throw new AttuneError('data', `${name} is no JSON`, {
      fix: 'Export the tickets as JSON, with their messages; CSV exports of this help desk have none. A table of messages of your own is a csv source.',
    });
  return path;
}

/** Takes the posts of merged tickets into the thread, and says of each ticket where it went. */
function* joinMerged(
  { desk, context }: Importer,
  thread: Thread,
  ids: readonly string[],
  waiting: ReadonlyMap<string, Waiting>,
): Generator<SourceItem> {
  for (const id of ids) {
    const { record, place } = waiting.get(id)!;
    try {
      thread.posts.push(...desk.toThread(record, context).posts);
      yield {
        place,
        leftOut: { id, reason: `merged into ticket ${thread.id}`, kind: 'merged into another ticket' },
      };
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      yield { place, rejected: cause.message };
    }
  }
}

function importThread(
  { config, readHtml }: Importer,
  thread: Thread,
  place: Place,
  joined: number,
): SourceItem {
  const source = sourceName(config);
  const id = thread.id === undefined ? undefined : `${source}#${thread.id}`;
  const conversation = toConversation(thread, readHtml);
  if (conversation.leftOut !== undefined) return { place, leftOut: { id, reason: conversation.leftOut } };
  const topic = config.topic_from === undefined ? undefined : topicOf(thread.meta, config.topic_from);
  const attachments = thread.posts.reduce((sum, post) => sum + (post.attachments ?? 0), 0);
  const meta = {
    ...(id !== undefined && { id }),
    ...thread.meta,
    ...(topic !== undefined && { topic }),
    ...(attachments > 0 && { attachments }),
  };
  const reason = `joined tickets that were merged into it (${joined})`;
  const kind = 'joined tickets that were merged into it';
  const changes = joined === 0 ? [] : [{ rule: 'merged', reason, kind }];
  return {
    place,
    example: finishExample({ messages: conversation.messages, meta }, source, place),
    changes: [...changes, ...conversation.changes],
  };
}
