/** What the importers of help desks share: files, people, merged tickets, and threads as examples. */
import { type SourceConfig, sourceKind, sourceName } from '../config/sources.ts';
import { agentMatcher } from '../threads/agents.ts';
import { type HtmlReader, loadHtmlReader } from '../threads/html-body.ts';
import { groupMerged } from '../threads/merged.ts';
import { type Thread, toConversation } from '../threads/thread.ts';
import { checkRecord, RecordError, type UnknownRecord } from './field-checks.ts';
import { topicOf } from './record-values.ts';
import { fileEndings, listSourceFiles, type SourceFile } from './source-files.ts';
import { finishExample } from './finish-example.ts';
import { type Aside, type HelpDesk, recordsOf, type ThreadContext } from './help-desk.ts';
import type { Place, SourceContext, SourceItem } from './source.ts';
import { assembleTickets, notePart, partOf, type PartIndex } from './ticket-parts.ts';

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
  const { aside, waiting, index } = await firstReading(desk, files, config);
  const groups = groupMerged(new Map([...waiting].map(([id, { into }]) => [id, into])));
  const merged = new Set([...groups.values()].flat());
  const importer = {
    desk,
    config,
    context: { ...aside, isAgent: agentMatcher(config.agents ?? []) },
    readHtml: await loadHtmlReader(),
  };
  for (const file of files) {
    let isEmpty = true;
    for await (const { line, column, list, value, error } of recordsOf(desk, file, files, config)) {
      isEmpty = false;
      const place = { file: file.name, line, ...(column !== undefined && { column }) };
      if (error !== undefined) {
        yield { place, rejected: error };
        continue;
      }
      try {
        const record = checkRecord(value, 'the record');
        if (isAside(desk, record, list) || isPart(desk, record, index)) continue;
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
    if (isEmpty) yield { place: { file: file.name }, leftOut: { reason: 'there is no ticket in it' } };
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
  yield* importAssembled(importer, files, index);
}

/** A part whose ticket is put together later, or the ticket itself without its messages. Throws RecordError for a part without its text. */
function isPart({ parts }: HelpDesk, record: UnknownRecord, { sizes }: PartIndex): boolean {
  if (parts === undefined || sizes.size === 0) return parts?.ticketOf(record) !== undefined;
  return parts.ticketOf(record) !== undefined || sizes.has(parts.bareTicket(record) ?? '');
}

async function* importAssembled(
  importer: Importer,
  files: readonly SourceFile[],
  index: PartIndex,
): AsyncGenerator<SourceItem> {
  const { desk, config, context } = importer;
  let target: { thread: Thread; place: Place; joined: number } | undefined;
  const finish = (): SourceItem[] =>
    target ? [importThread(importer, target.thread, target.place, target.joined)] : [];
  for await (const { id, record, place, into } of assembleTickets(desk, files, config, index)) {
    const thread = desk.toThread(record, context);
    if (target && into === target.thread.id) {
      target.thread.posts.push(...thread.posts);
      target.joined += 1;
      yield mergedItem(place, id, into);
      continue;
    }
    yield* finish();
    target = { thread, place, joined: 0 };
  }
  yield* finish();
}

function mergedItem(place: Place, id: string, into: string | undefined): SourceItem {
  return { place, leftOut: { id, reason: `merged into ticket ${into}`, kind: 'merged into another ticket' } };
}

type Importer = { desk: HelpDesk; config: SourceConfig; context: ThreadContext; readHtml: HtmlReader };

async function firstReading(
  desk: HelpDesk,
  files: readonly SourceFile[],
  config: SourceConfig,
): Promise<{ aside: Aside; waiting: Map<string, Waiting>; index: PartIndex }> {
  const aside: Aside = { agents: new Set(), customers: new Set(), ratings: new Map() };
  const waiting = new Map<string, Waiting>();
  const { mayTellMore, asideLists } = desk;
  const index: PartIndex = { sizes: new Map(), mergedInto: new Map() };
  if (!mayTellMore) return { aside, waiting, index };
  let characters = 0;
  const select = (bytes: Buffer, list: string): boolean => asideLists.includes(list) || mayTellMore(bytes);
  for (const file of files)
    for await (const { line, column, list, value, error } of recordsOf(desk, file, files, config, select)) {
      if (error !== undefined || value === null || typeof value !== 'object' || Array.isArray(value))
        continue;
      const record = value as UnknownRecord;
      if (desk.noteAside?.(record, list, aside) === true) continue;
      if (partOf(desk, record) !== undefined) {
        notePart(desk, record, index);
        continue;
      }
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
  return { aside, waiting, index };
}

function isAside(desk: HelpDesk, record: UnknownRecord, list: string): boolean {
  const ignored: Aside = { agents: new Set(), customers: new Set(), ratings: new Map() };
  return desk.asideLists.includes(list) || desk.noteAside?.(record, list, ignored) === true;
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
      yield mergedItem(place, id, thread.id);
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
