import type { CountryCode } from 'libphonenumber-js';
import { parseStrictJson } from '../../formats/strict-json.ts';
import type { CurateConfig } from '../config.ts';
import type { Example, Message, RejectedReply, ToolCall } from '../example.ts';
import type { LedgerDetail } from '../ledger.ts';
import { findPii, type PiiOptions, type PiiSpan, type PiiType } from '../pii/find.ts';
import type { RecordRule } from '../rule.ts';

/** Digits that were recognised once in a conversation, so that the same number is masked wherever it comes again. */
type Known = Map<string, PiiType>;
type Masking = { options: PiiOptions; known: Known; details: LedgerDetail[]; message: number };

const number = /(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){6,18}(?!\w)/g;
const leastDigits = 7;

/**
 * Replaces e-mail addresses, phone numbers, card numbers and IP addresses by placeholders, in every message, in
 * rejected replies, in the arguments of tool calls and in tool results. The ledger gets types and offsets, never the values.
 */
export function pii(config: CurateConfig['pii']): RecordRule {
  const options: PiiOptions = { ...config, country: config.country as CountryCode };
  return {
    name: 'pii',
    decide: (example) => {
      const known = findKnown(example, options);
      const details: LedgerDetail[] = [];
      const messages = example.messages.map((one, message) => {
        const before = example.messages[message - 1]?.content ?? '';
        return maskMessage(one, before, { options, known, details, message });
      });
      if (details.length === 0) return { example };
      const counts = new Map<string, number>();
      for (const { type } of details) counts.set(type, (counts.get(type) ?? 0) + 1);
      const changes = [...counts].map(([type, count]) => ({
        reason: `masked ${count} ${type}`,
        kind: `masked ${type}`,
        details: details.filter((detail) => detail.type === type),
      }));
      return { example: { ...example, messages }, changes };
    },
  };
}

/** A first pass over the plain texts, for the numbers that a later message repeats without the words around them. */
function findKnown({ messages }: Example, options: PiiOptions): Known {
  const known: Known = new Map();
  messages.forEach((one, i) => {
    for (const { content } of [one, ...(one.rejected ?? [])])
      for (const { type, start, end } of findPii(content, options, messages[i - 1]?.content)) {
        const digits = content.slice(start, end).replace(/\D/g, '');
        if ((type === 'PHONE' || type === 'CARD') && digits.length >= leastDigits) known.set(digits, type);
      }
  });
  return known;
}

function maskMessage(one: Message, before: string, masking: Masking): Message {
  const content =
    one.role === 'tool'
      ? maskResult(one.content, before, masking)
      : maskText(one.content, 'content', before, masking);
  const toolCalls = maskCalls(one.toolCalls, 'toolCalls', masking);
  const rejected = one.rejected?.map((reply, i): RejectedReply => {
    const calls = maskCalls(reply.toolCalls, `rejected[${i}].toolCalls`, masking);
    const text = maskText(reply.content, `rejected[${i}].content`, before, masking);
    return { content: text, ...(calls && { toolCalls: calls }) };
  });
  return { ...one, content, ...(toolCalls && { toolCalls }), ...(rejected && { rejected }) };
}

function maskCalls(
  calls: readonly ToolCall[] | undefined,
  field: string,
  masking: Masking,
): ToolCall[] | undefined {
  return calls?.map((call, i) => ({
    name: call.name,
    arguments: maskValue(call.arguments, `${field}[${i}].arguments`, masking) as Record<string, unknown>,
  }));
}

/** A tool's result: JSON is masked value by value, to stay JSON. */
function maskResult(content: string, before: string, masking: Masking): string {
  if (!/^\s*[[{]/.test(content)) return maskText(content, 'content', before, masking);
  const { value, error } = parseStrictJson(content);
  if (error !== undefined) return maskText(content, 'content', before, masking);
  const count = masking.details.length;
  const masked = maskValue(value, 'content', masking);
  return masking.details.length === count ? content : JSON.stringify(masked);
}

/** Texts and numbers at any depth; the name of the field is the context of a bare number. */
function maskValue(value: unknown, field: string, masking: Masking): unknown {
  const before = field.slice(field.lastIndexOf('.') + 1).replace(/[_-]/g, ' ');
  if (typeof value === 'string') return maskText(value, field, before, masking);
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) >= 1e6) {
    const masked = maskText(String(value), field, before, masking);
    return masked === String(value) ? value : masked;
  }
  if (Array.isArray(value)) return value.map((item, i) => maskValue(item, `${field}[${i}]`, masking));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, maskValue(inner, `${field}.${key}`, masking)]),
  );
}

function maskText(
  text: string,
  field: string,
  before: string,
  { options, known, details, message }: Masking,
): string {
  const spans = findPii(text, options, before);
  if (known.size > 0) spans.push(...findRepeats(text, spans, known));
  if (spans.length === 0) return text;
  spans.sort((a, b) => a.start - b.start);
  let result = '';
  let at = 0;
  for (const { type, start, end } of spans) {
    result += `${text.slice(at, start)}[${type}]`;
    at = end;
    details.push({ type, message, field, start, end });
  }
  return result + text.slice(at);
}

function findRepeats(text: string, spans: readonly PiiSpan[], known: Known): PiiSpan[] {
  return [...text.matchAll(number)].flatMap((match) => {
    const [start, end] = [match.index, match.index + match[0].length];
    const type = typeOfKnown(match[0].replace(/\D/g, ''), known);
    const taken = spans.some((span) => start < span.end && span.start < end);
    return type === undefined || taken ? [] : [{ type, start, end }];
  });
}

/** The same digits, or a phone number with and without its country code (at most three digits). */
function typeOfKnown(digits: string, known: Known): PiiType | undefined {
  const exact = known.get(digits);
  if (exact !== undefined) return exact;
  for (const [other, type] of known) {
    const [short, long] = digits.length < other.length ? [digits, other] : [other, digits];
    if (
      type === 'PHONE' &&
      short.length >= leastDigits &&
      long.length - short.length <= 3 &&
      long.endsWith(short)
    )
      return type;
  }
  return undefined;
}
