/** Every text of an example that could hold personal data, in reading order, and the example with other texts in place. */
import { parseStrictJson } from '../../formats/strict-json.ts';
import type { Example, Message, RejectedReply, ToolCall } from '../example.ts';

/** Where a text stands, and what stands before it: the turn before, or the name of the field. */
export type TextPlace = { message: number; field: string; before: string };
export type TextMap = (text: string, place: TextPlace) => string;

/** Facts that name a record or say what it is; they stay as they are. */
const keptFacts = new Set(['id', 'source', 'place', 'conversation', 'language', 'createdAt']);
/** A number this large can be a phone, card or account number. */
const leastNumber = 1e6;
/** The message that the facts of the whole example are counted under. */
export const noMessage = -1;

/**
 * The example with `map` applied to every text: messages, rejected replies, arguments of tool calls, tool results (JSON
 * value by value, to stay JSON), facts of messages and of the example. Parts that `map` leaves are the same objects.
 */
export function mapTexts(example: Example, map: TextMap): Example {
  const messages = example.messages.map((one, message) => {
    const before = example.messages[message - 1]?.content ?? '';
    return mapMessage(one, (text, place) => map(text, { message, before, ...place }));
  });
  const meta = mapFacts(example.meta, 'meta', (text, place) =>
    map(text, { message: noMessage, before: '', ...place }),
  );
  const isSame = meta === example.meta && messages.every((one, i) => one === example.messages[i]);
  return isSame ? example : { ...example, messages, meta };
}

/** `before` is left out where the turn before is what stands before. */
type FieldMap = (text: string, place: { field: string; before?: string }) => string;

function mapMessage(one: Message, map: FieldMap): Message {
  const content = one.role === 'tool' ? mapResult(one.content, map) : map(one.content, { field: 'content' });
  const toolCalls = one.toolCalls && mapCalls(one.toolCalls, 'toolCalls', map);
  const rejected =
    one.rejected && mapList(one.rejected, (reply, i) => mapReply(reply, `rejected[${i}]`, map));
  const meta = one.meta && mapFacts(one.meta, 'meta', map);
  const isSame =
    content === one.content && toolCalls === one.toolCalls && rejected === one.rejected && meta === one.meta;
  if (isSame) return one;
  return {
    ...one,
    content,
    ...(toolCalls && { toolCalls }),
    ...(rejected && { rejected }),
    ...(meta && { meta }),
  };
}

function mapReply(reply: RejectedReply, field: string, map: FieldMap): RejectedReply {
  const content = map(reply.content, { field: `${field}.content` });
  const toolCalls = reply.toolCalls && mapCalls(reply.toolCalls, `${field}.toolCalls`, map);
  if (content === reply.content && toolCalls === reply.toolCalls) return reply;
  return { content, ...(toolCalls && { toolCalls }) };
}

function mapCalls(calls: ToolCall[], field: string, map: FieldMap): ToolCall[] {
  return mapList(calls, (call, i) => {
    const values = mapValue(call.arguments, `${field}[${i}].arguments`, map) as Record<string, unknown>;
    return values === call.arguments ? call : { name: call.name, arguments: values };
  });
}

function mapResult(content: string, map: FieldMap): string {
  if (!/^\s*[[{]/.test(content)) return map(content, { field: 'content' });
  const { value, error } = parseStrictJson(content);
  if (error !== undefined) return map(content, { field: 'content' });
  const mapped = mapValue(value, 'content', map);
  return mapped === value ? content : JSON.stringify(mapped);
}

/**
 * An object may be keyed by an address, a number or a name; what masking put there is looked at again. A single plain word
 * is one of the schema, even where it is a given name too: Max, Mark and Bill are what services call their fields.
 */
const mayBePersonal = /@|\d{6}|\[|\s|[^\0-\x7f]/;

/** A masked key; a second one of the same text gets a number, so that no value is lost. */
function keyOf(key: string, masked: string, taken: Set<string>): string {
  if (masked === key) return key;
  let unique = masked;
  for (let number = 2; taken.has(unique); number++) unique = `${masked} (${number})`;
  taken.add(unique);
  return unique;
}

/** Texts and large numbers at any depth; the name of the field is what stands before its value. */
function mapValue(value: unknown, field: string, map: FieldMap): unknown {
  if (typeof value === 'string') return map(value, { field, before: wordsOf(field) });
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) >= leastNumber) {
    const mapped = map(String(value), { field, before: wordsOf(field) });
    return mapped === String(value) ? value : mapped;
  }
  if (Array.isArray(value)) return mapList(value, (item, i) => mapValue(item, `${field}[${i}]`, map));
  if (value === null || typeof value !== 'object') return value;
  let isSame = true;
  const taken = new Set(Object.keys(value));
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = mayBePersonal.test(key)
      ? keyOf(key, map(key, { field, before: wordsOf(field) }), taken)
      : key;
    const mapped = mapValue(inner, `${field}.${key}`, map);
    isSame &&= name === key && mapped === inner;
    return [name, mapped] as const;
  });
  return isSame ? value : Object.fromEntries(entries);
}

/** The facts with every text mapped but those that name the record. */
function mapFacts<T extends Record<string, unknown>>(facts: T, field: string, map: FieldMap): T {
  const taken = new Set(Object.keys(facts));
  let isSame = true;
  const entries = Object.entries(facts).map(([key, value]) => {
    if (keptFacts.has(key)) return [key, value] as const;
    const name = mayBePersonal.test(key) ? keyOf(key, map(key, { field }), taken) : key;
    const mapped = typeof value === 'boolean' ? value : mapValue(value, `${field}.${key}`, map);
    isSame &&= name === key && mapped === value;
    return [name, mapped] as const;
  });
  return isSame ? facts : (Object.fromEntries(entries) as T);
}

function mapList<T>(list: T[], map: (item: T, index: number) => T): T[] {
  const mapped = list.map(map);
  return mapped.every((item, i) => item === list[i]) ? list : mapped;
}

const knownNames = new Map<string, string>();
const mostNames = 10_000;

/** "contact.phoneNumber" → "phone number": the words of the innermost name. */
function wordsOf(field: string): string {
  const name = field.slice(field.lastIndexOf('.') + 1);
  let words = knownNames.get(name);
  if (words === undefined) {
    words = name
      .replace(/\[\d+\]$/, '')
      .replace(/[_-]/g, ' ')
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
    if (knownNames.size < mostNames) knownNames.set(name, words);
  }
  return words;
}
