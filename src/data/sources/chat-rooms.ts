/** What the importers of chat programs share: threads, silences, who answers, and conversations as examples. */
import type { JsonRecord } from '../../formats/json-records.ts';
import { type SourceConfig, sourceName } from '../config/sources.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { agentMatcher } from '../threads/agents.ts';
import { type HtmlReader, loadHtmlReader } from '../threads/html-body.ts';
import { type NoMessage, type Post, type Thread, toConversation } from '../threads/thread.ts';
import { checkRecord, RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, topicOf } from './record-values.ts';
import { finishExample } from './finish-example.ts';
import type { Place, SourceContext, SourceItem } from './source.ts';

/** Who wrote a message, by an id and all that they go by. */
export type ChatPerson = { id: string; names: readonly string[]; address?: string; bot?: boolean };

/** One message of a room. */
export type ChatEntry = {
  id: string;
  person: ChatPerson;
  body: string;
  html?: boolean;
  /** Milliseconds since 1970. */
  time: number;
  attachments?: number;
  leftOut?: NoMessage;
  /** The thread that it is part of, and whether it is the message that began it. */
  thread?: { id: string; begins: boolean };
};

/** A channel or a chat between a few people: its files in order, read anew at each call. */
export type ChatRoom = { name: string; records: () => AsyncIterable<{ place: Place; record: JsonRecord }> };

/** Throws RecordError naming the field. */
export type ReadEntry = (record: UnknownRecord, room: string) => ChatEntry;

/** Silence after which a new conversation begins where there are no threads. */
const gapMilliseconds = 180 * 60_000;
/** A conversation without a pause or an end is cut here. */
const longestChat = 1000;

type Tools = {
  config: SourceConfig;
  context: SourceContext;
  readHtml: HtmlReader;
  isAgent: ((person: ChatPerson) => boolean) | undefined;
};
type Placed = ChatEntry & { place: Place };

/** The conversations of each room: its threads, as soon as their last message is read, and what stands outside of them between silences. */
export async function* readChatRooms(
  rooms: AsyncIterable<ChatRoom> | Iterable<ChatRoom>,
  toEntry: ReadEntry,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const matches = config.agents === undefined ? undefined : agentMatcher(config.agents);
  const tools: Tools = {
    config,
    context,
    readHtml: await loadHtmlReader(),
    isAgent:
      matches && (({ id, names, address }) => [id, ...names].some((name) => matches({ name, address }))),
  };
  for await (const room of rooms) yield* readRoom(room, toEntry, tools);
}

async function* readRoom(room: ChatRoom, toEntry: ReadEntry, tools: Tools): AsyncGenerator<SourceItem> {
  const unread = await countThreads(room, toEntry);
  const threads = new Map<string, Placed[]>();
  let chat: Placed[] = [];
  for await (const { place, record } of room.records()) {
    throwIfInterrupted(tools.context.signal);
    const read = readEntry(record, room.name, toEntry);
    if (read.error !== undefined) {
      yield { place, rejected: read.error };
      continue;
    }
    const entry = { ...read.entry, place };
    if (entry.thread === undefined) {
      const last = chat.at(-1);
      if (last && (entry.time - last.time > gapMilliseconds || chat.length >= longestChat)) {
        yield toItem(chat, room, tools);
        chat = [];
      }
      chat.push(entry);
      continue;
    }
    const { id } = entry.thread;
    const left = (unread.get(id) ?? 1) - 1;
    unread.set(id, left);
    const thread = threads.get(id) ?? [];
    thread.push(entry);
    threads.set(id, thread);
    if (left > 0 && thread.length < longestChat) continue;
    threads.delete(id);
    yield toItem(
      thread.toSorted((a, b) => a.time - b.time),
      room,
      tools,
    );
  }
  if (chat.length > 0) yield toItem(chat, room, tools);
}

/** How many messages each thread has, so that a thread is held no longer than to its last one. */
async function countThreads(room: ChatRoom, toEntry: ReadEntry): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { record } of room.records()) {
    const thread = readEntry(record, room.name, toEntry).entry?.thread;
    if (thread) counts.set(thread.id, (counts.get(thread.id) ?? 0) + 1);
  }
  return counts;
}

function readEntry(
  record: JsonRecord,
  room: string,
  toEntry: ReadEntry,
): { entry: ChatEntry; error?: undefined } | { entry?: undefined; error: string } {
  if (record.error !== undefined) return { error: record.error };
  try {
    return { entry: toEntry(checkRecord(record.value, 'the message'), room) };
  } catch (cause) {
    if (!(cause instanceof RecordError)) throw cause;
    return { error: cause.message };
  }
}

function toItem(entries: readonly Placed[], room: ChatRoom, tools: Tools): SourceItem {
  const first = entries[0]!;
  const source = sourceName(tools.config);
  const id = `${source}#${room.name}/${first.thread?.id ?? first.id}`;
  const unclear = tools.isAgent ? undefined : whyUnclear(entries);
  if (unclear !== undefined) return { place: first.place, leftOut: { id, ...unclear } };
  const people = new Set(entries.filter(isSpoken).map(({ person }) => person.id));
  const customer = [...people][0];
  const isAgent =
    tools.isAgent ?? (({ id: person, bot }: ChatPerson): boolean => bot !== true && person !== customer);
  const conversation = toConversation({ posts: postsOf(entries, isAgent), meta: {} }, tools.readHtml);
  if (conversation.leftOut !== undefined)
    return { place: first.place, leftOut: { id, reason: conversation.leftOut } };
  const attachments = entries.reduce((sum, entry) => sum + (entry.attachments ?? 0), 0);
  const facts: Thread['meta'] = factsOf({
    id,
    channel: 'chat',
    group: room.name,
    createdAt: new Date(first.time).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    people: people.size,
    attachments: attachments === 0 ? undefined : attachments,
  });
  const { topic_from: from } = tools.config;
  const topic = from === undefined ? undefined : topicOf(facts, from);
  const meta = { ...facts, ...(topic !== undefined && { topic }) };
  return {
    place: first.place,
    example: finishExample({ messages: conversation.messages, meta }, source, first.place),
    changes: conversation.changes,
  };
}

function isSpoken({ person, leftOut }: ChatEntry): boolean {
  return person.bot !== true && leftOut === undefined;
}

/** Without agents that are named, who asks is the customer; that can be told of a thread's first message, and of two people. */
function whyUnclear(entries: readonly ChatEntry[]): { reason: string; kind: string } | undefined {
  const spoken = entries.filter(isSpoken);
  const { thread } = entries[0]!;
  if (thread !== undefined && !spoken.some((entry) => entry.thread?.begins === true)) {
    const reason =
      'the message that began the thread is missing or a program wrote it, so who asked cannot be told';
    return { reason: `${reason}; name who answers as agents`, kind: reason };
  }
  const people = new Set(spoken.map(({ person }) => person.id)).size;
  if (thread !== undefined || people <= 2) return undefined;
  const kind = 'several people outside a thread, so who answered cannot be told';
  return { reason: `${people} people talk outside a thread; name who answers as agents`, kind };
}

/** What a person writes in a row is one message, as in every other chat log. */
function postsOf(entries: readonly ChatEntry[], isAgent: (person: ChatPerson) => boolean): Post[] {
  const posts: Post[] = [];
  let last: ChatEntry | undefined;
  for (const entry of entries) {
    const { person, body, html, time, leftOut, attachments } = entry;
    const post = posts.at(-1);
    const joins = last?.person.id === person.id && last.leftOut === undefined && leftOut === undefined;
    if (post && joins && html !== true) post.body += `\n${body}`;
    else
      posts.push({
        author: isAgent(person) ? 'agent' : person.bot === true ? 'bot' : 'customer',
        body,
        html: html === true,
        createdAt: new Date(time).toISOString(),
        attachments: attachments ?? 0,
        ...(leftOut !== undefined && { leftOut }),
      });
    last = entry;
  }
  return posts;
}
