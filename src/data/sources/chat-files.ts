/** Exports of chats with one room a file, whose messages are one list. */
import { readJsonRecords } from '../../formats/json-records.ts';
import { type SourceConfig, sourceKind } from '../config/sources.ts';
import { type ChatRoom, type ReadEntry, readChatRooms } from './chat-rooms.ts';
import { fileEndings, listSourceFiles } from './source-files.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** The conversations of each file; a file's name is that of its room. */
export async function* readChatFiles(
  toEntry: ReadEntry,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const kind = sourceKind(config);
  const files = await listSourceFiles(config[kind]!, context.projectFolder, fileEndings[kind]!);
  const rooms = files.map(({ path, name }): ChatRoom => ({
    name: name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/i, ''),
    records: async function* () {
      for await (const record of readJsonRecords(path, { lists: ['messages'] })) {
        const { line, column } = record;
        yield { place: { file: name, line, ...(column !== undefined && { column }) }, record };
      }
    },
  }));
  yield* readChatRooms(rooms, toEntry, config, context);
}
