/**
 * Slack's export: a ZIP archive, or the folder that it unpacks to, with users.json and a folder of daily files for each
 * channel. https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports
 */
import { readFile, stat } from 'node:fs/promises';
import { AttuneError } from '../../base/errors.ts';
import { storageError } from '../../base/storage-error.ts';
import { type JsonRecord, readJsonBytes, readJsonRecords } from '../../formats/json-records.ts';
import { openZip, ZipError, type ZipLimits } from '../../formats/zip.ts';
import type { SourceConfig } from '../config/sources.ts';
import { blocksText, slackText } from '../threads/slack-text.ts';
import type { NoMessage } from '../threads/thread.ts';
import { type ChatEntry, type ChatPerson, type ChatRoom, readChatRooms } from './chat-rooms.ts';
import { fail, type UnknownRecord } from './field-checks.ts';
import { recordAt, recordsAt, textFact } from './record-values.ts';
import { fileEndings, listSourceFiles } from './source-files.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** A larger archive is read once it is unpacked, a file at a time. */
const largestZipBytes = 512 * 1024 * 1024;
const zipLimits: ZipLimits = {
  entries: 65_534,
  entryBytes: 256 * 1024 * 1024,
  // Each file is read twice; that bounds the time, not the memory.
  totalBytes: 16 * 1024 * 1024 * 1024,
  ratio: 200,
};

/** A file of the export: its path within, and as places name it. */
type ExportFile = { path: string; name: string; records: () => AsyncIterable<JsonRecord> };

/** Every thread of a channel, and what stands outside of threads between silences, as a conversation. */
export async function* readSlack(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  const files = await exportFiles(config, context);
  const people = await readPeople(files);
  const rooms = new Map<string, ExportFile[]>();
  for (const file of files) {
    const parts = file.path.split('/');
    if (parts.length < 2 && !isDay(file.path)) continue;
    const room = parts.at(-2) ?? '';
    const daily = rooms.get(room);
    if (daily) daily.push(file);
    else rooms.set(room, [file]);
  }
  if (rooms.size === 0)
    throw new AttuneError('data', `${config.slack} holds no channels`, {
      fix: 'Name the archive that Slack made, or the folder that it unpacks to: users.json, and a folder for each channel.',
    });
  yield* readChatRooms(
    [...rooms].map(([name, daily]) => toRoom(name, daily)),
    (record) => toEntry(record, people),
    config,
    context,
  );
}

function isDay(path: string): boolean {
  return /^\d{4}-\d{2}-\d{2}\.json$/.test(path);
}

function toRoom(name: string, files: readonly ExportFile[]): ChatRoom {
  return {
    name,
    records: async function* () {
      for (const file of files)
        for await (const record of file.records()) {
          const { line, column } = record;
          yield { place: { file: file.name, line, ...(column !== undefined && { column }) }, record };
        }
    },
  };
}

async function exportFiles(config: SourceConfig, context: SourceContext): Promise<ExportFile[]> {
  const path = config.slack!;
  const listed = await listSourceFiles(path, context.projectFolder, fileEndings.slack!);
  const only = listed.length === 1 && listed[0]!.name === path ? listed[0] : undefined;
  if (only && /\.zip$/i.test(only.path)) return zipFiles(only.path, path);
  return listed.map(({ path: full, name }) => ({
    path: name.slice(path.replace(/[\\/]$/, '').length + 1) || name,
    name,
    records: () => readJsonRecords(full),
  }));
}

async function zipFiles(full: string, name: string): Promise<ExportFile[]> {
  const refuse = (why: string): never => {
    throw new AttuneError('data', `${name}: ${why}`, {
      fix: 'Unpack it, and name the folder.',
    });
  };
  const { size } = await stat(full).catch((cause: unknown) => {
    throw storageError(full, cause);
  });
  if (size > largestZipBytes) refuse(`the archive is ${size} bytes long, over ${largestZipBytes}`);
  const bytes = await readFile(full).catch((cause: unknown) => {
    throw storageError(full, cause);
  });
  try {
    const zip = openZip(bytes, zipLimits);
    return zip.names
      .filter((path) => path.endsWith('.json') && !/(?:^|\/)(?:\.|__MACOSX\/)/.test(path))
      .sort()
      .map((path) => ({ path, name: `${name}/${path}`, records: () => zipRecords(() => zip.read(path)) }));
  } catch (cause) {
    if (cause instanceof ZipError) return refuse(cause.message);
    throw cause;
  }
}

async function* zipRecords(read: () => Buffer | undefined): AsyncGenerator<JsonRecord> {
  let bytes: Buffer | undefined;
  try {
    bytes = read();
  } catch (cause) {
    if (!(cause instanceof ZipError)) throw cause;
    yield { line: 1, list: '', error: cause.message };
  }
  if (bytes) yield* readJsonBytes(bytes);
}

async function readPeople(files: readonly ExportFile[]): Promise<Map<string, ChatPerson>> {
  const people = new Map<string, ChatPerson>();
  for (const file of files) {
    if (!/(?:^|\/)(?:org_)?users\.json$/.test(file.path)) continue;
    for await (const { value } of file.records()) {
      if (value === null || typeof value !== 'object') continue;
      const person = toPerson(value as UnknownRecord);
      if (person) people.set(person.id, person);
    }
  }
  return people;
}

function toPerson(user: UnknownRecord): ChatPerson | undefined {
  const id = textFact(user['id']);
  if (id === undefined) return undefined;
  const profile = recordAt(user, 'profile');
  const names = [
    profile['display_name'],
    user['real_name'] ?? profile['real_name'],
    user['name'] ?? profile['name'],
  ].flatMap((name) => textFact(name) ?? []);
  return { id, names, address: textFact(profile['email']), bot: user['is_bot'] === true };
}

/** Kinds of messages in which a person or a program speaks; all others tell what happened in the channel. */
const spoken = new Set(['me_message', 'thread_broadcast', 'file_share', 'file_comment', 'bot_message']);

function toEntry(message: UnknownRecord, people: ReadonlyMap<string, ChatPerson>): ChatEntry {
  const ts = textFact(message['ts']);
  const seconds = ts !== undefined && /^\d{1,11}(?:\.\d{1,6})?$/.test(ts) ? Number(ts) : undefined;
  if (ts === undefined || seconds === undefined)
    return fail('ts', message['ts'], 'Slack writes it as "1355517523.000005"');
  const text = message['text'] || blocksText(message['blocks']);
  if (typeof text !== 'string') return fail('text', text, 'text is needed');
  const thread = textFact(message['thread_ts']);
  const leftOut = whyNoMessage(message);
  return {
    id: ts,
    person: personOf(message, people, leftOut !== undefined),
    body: slackText(text, (id) => people.get(id)?.names[0]),
    time: seconds * 1000,
    attachments: recordsAt(message, 'files').length,
    ...(leftOut !== undefined && { leftOut }),
    ...(thread !== undefined && { thread: { id: thread, begins: thread === ts } }),
  };
}

/** People of other workspaces are in no users.json: the message has their profile. */
function personOf(
  message: UnknownRecord,
  people: ReadonlyMap<string, ChatPerson>,
  silent: boolean,
): ChatPerson {
  const bot = message['subtype'] === 'bot_message' || textFact(message['bot_id']) !== undefined;
  const id = textFact(message['user']) ?? (bot ? (textFact(message['bot_id']) ?? 'bot') : undefined);
  if (id === undefined)
    return silent ? { id: '', names: [] } : fail('user', message['user'], 'an id is needed');
  const known = people.get(id);
  const profile = recordAt(message, 'user_profile');
  const names = [profile['display_name'], profile['real_name'], profile['name'], message['username']];
  return {
    id,
    names: known?.names ?? names.flatMap((name) => textFact(name) ?? []),
    address: known?.address ?? textFact(profile['email']),
    bot: bot || known?.bot === true || id === 'USLACKBOT',
  };
}

function whyNoMessage(message: UnknownRecord): NoMessage | undefined {
  const kind = textFact(message['subtype']);
  if (kind === 'tombstone') return 'deleted messages';
  if (message['type'] !== undefined && message['type'] !== 'message') return 'system events';
  return (kind !== undefined && !spoken.has(kind)) || message['hidden'] === true
    ? 'system events'
    : undefined;
}
