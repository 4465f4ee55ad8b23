/** Telegram: a chat as Telegram Desktop exports it, as JSON. https://core.telegram.org/import-export */
import { isRecord } from '../../base/json.ts';
import type { SourceConfig } from '../config/sources.ts';
import { readChatFiles } from './chat-files.ts';
import type { ChatEntry } from './chat-rooms.ts';
import { fail, RecordError, type UnknownRecord } from './field-checks.ts';
import { textFact, timeFact } from './record-values.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** Every conversation of the chats, cut at silences. */
export function readTelegram(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  return readChatFiles(toEntry, config, context);
}

function toEntry(message: UnknownRecord): ChatEntry {
  if (isRecord(message['chats']))
    throw new RecordError('this is an export of the whole account; export each chat on its own');
  const id = textFact(message['id']);
  if (id === undefined) return fail('id', message['id'], 'a number is needed');
  const seconds = Number(textFact(message['date_unixtime']) ?? Number.NaN);
  const stated = timeFact(Number.isNaN(seconds) ? message['date'] : seconds);
  if (stated === undefined) return fail('date', message['date'], 'a time as 2024-03-12T10:15:00 is needed');
  const spoken = message['type'] === 'message';
  const person = textFact(message['from_id'] ?? message['actor_id']);
  if (person === undefined && spoken) return fail('from_id', message['from_id'], 'an id is needed');
  const name = textFact(message['from']);
  return {
    id,
    person: { id: person ?? '', names: name === undefined ? [] : [name] },
    body: textOf(message['text'] ?? ''),
    time: Date.parse(stated),
    attachments: ['photo', 'file'].filter((field) => textFact(message[field]) !== undefined).length,
    ...(!spoken && { leftOut: 'system events' as const }),
  };
}

/** Text, or a list of texts and of parts with a form, such as links. */
function textOf(text: unknown): string {
  if (typeof text === 'string') return text;
  if (!Array.isArray(text)) return fail('text', text, 'text or a list of texts is needed');
  return text
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      const inside = isRecord(part) ? part['text'] : undefined;
      if (!isRecord(part) || typeof inside !== 'string') return fail('text', part, 'a text is needed');
      const target = textFact(part['href']);
      return target === undefined || inside.includes(target) ? inside : `${inside} (${target})`;
    })
    .join('');
}
