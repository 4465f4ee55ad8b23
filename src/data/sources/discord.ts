/** Discord: channels, threads and direct messages as DiscordChatExporter writes them, as JSON. https://github.com/Tyrrrz/DiscordChatExporter */
import type { SourceConfig } from '../config/sources.ts';
import { readChatFiles } from './chat-files.ts';
import type { ChatEntry } from './chat-rooms.ts';
import { fail, type UnknownRecord } from './field-checks.ts';
import { recordAt, recordsAt, textFact, timeFact } from './record-values.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** Every conversation of the channels, cut at silences. */
export function readDiscord(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  return readChatFiles(toEntry, config, context);
}

function toEntry(message: UnknownRecord): ChatEntry {
  const id = textFact(message['id']);
  if (id === undefined) return fail('id', message['id'], 'an id is needed');
  const stated = timeFact(message['timestamp']);
  if (stated === undefined)
    return fail('timestamp', message['timestamp'], 'a time as 2024-03-12T10:15:00+00:00 is needed');
  const body = message['content'] ?? '';
  if (typeof body !== 'string') return fail('content', body, 'text is needed');
  const author = recordAt(message, 'author');
  const person = textFact(author['id']);
  if (person === undefined) return fail('author.id', author['id'], 'an id is needed');
  const roles = recordsAt(author, 'roles').map((role) => role['name']);
  const spoken = message['type'] === 'Default' || message['type'] === 'Reply';
  return {
    id,
    person: {
      id: person,
      names: [author['nickname'], author['name'], ...roles].flatMap((name) => textFact(name) ?? []),
      bot: author['isBot'] === true,
    },
    body,
    time: Date.parse(stated),
    attachments: recordsAt(message, 'attachments').length,
    ...(!spoken && { leftOut: 'system events' as const }),
  };
}
