/** Lines of a chat log, by a form such as "[{time}] <{name}> {text}". */

export type ChatLine =
  | { kind: 'message'; name: string; text: string; date?: string; time?: string }
  /** Somebody joined, left or did something; nothing was said. */
  | { kind: 'event' }
  /** Belongs to the message above. */
  | { kind: 'more'; text: string };

/** Forms that are told by themselves; of two that fit as many lines the one that stands first. Without {text} it stands on the lines below. */
export const knownForms = [
  '[{date}T{time}] {name}: {text}',
  '[{date}T{time}] <{name}> {text}',
  '{date}T{time} <{name}> {text}',
  '{date}T{time} {name}: {text}',
  '[{date}, {time}] {name}: {text}',
  '[{date} {time}] {name}: {text}',
  '{date}, {time} - {name}: {text}',
  '{date} {time} - {name}: {text}',
  '{date} [{time}] <{name}> {text}',
  '{date} {time} <{name}> {text}',
  '[{time}] <{name}> {text}',
  '{time} <{name}> {text}',
  '<{name}> {text}',
  '[{time}] {name}: {text}',
  '({time}) {name}: {text}',
  '{date} {time} {name}: {text}',
  '{time} {name}: {text}',
  '{name} ({time}): {text}',
  '{name} [{time}]: {text}',
  '{date} {time} {name}\t{text}',
  '[{date} {time}] {name}',
  '{name}, [{date} {time}]',
  '{name} — {date} {time}',
  '{name}  {time}',
] as const;
/** Fits nearly everything, so it is the last resort. */
const plainForm = '{name}: {text}';

const fields: Readonly<Record<string, string>> = {
  '{date}': String.raw`(?<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}-[A-Z][a-z]{2}-\d{2,4}|[A-Z][a-z]{2} [ \d]\d)`,
  '{time}': String.raw`(?<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,6})?)?(?: ?[AaPp]\.?[Mm]\b\.?)?)(?:Z|[+-]\d{2}:?\d{2})?`,
  '{name}': '(?<name>.{1,80}?)',
  '{text}': '(?<text>.*)',
};
/** What an IRC client writes about the channel, whatever the form of messages. */
const clientLine = /^(?:={3,80}|\*{3,4}|-!-|---)(?:\s|$)/;
/** What WeeChat has in place of a name where nobody speaks. */
const clientName = /^(?:-->|<--|--|\*|=!=)$/;
/** Marks in front of a name: an operator's in a channel, and WhatsApp's for whom the owner does not know. */
const nameMark = /^(?:[@%&~]\s?|\+(?=\D))/;
/** What WhatsApp says in the name of the other side. */
const notice =
  /^(?:messages and calls are end-to-end encrypted|nachrichten und anrufe sind ende-zu-ende-verschlüsselt|les messages et les appels sont chiffrés|los mensajes y las llamadas están cifrados)/i;
/** Marks of direction that WhatsApp puts in front of lines and names. */
const invisible = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export type LineReader = (line: string) => ChatLine;

/** Reads lines of the form; every field stands at most once. A line that has its date or time, but not the rest, is an event. */
export function lineReader(form: string): LineReader {
  const message = new RegExp(`^${sourceOf(form)}$`, 's');
  const before = form.slice(0, form.indexOf('{name}'));
  const prefix = before.slice(0, before.lastIndexOf('}') + 1);
  const stamped = /\{(?:date|time)\}/.test(prefix) ? new RegExp(`^${sourceOf(prefix)}`) : undefined;
  return (line) => {
    const plain = line
      .replace(invisible, '')
      .replace(/[\u00a0\u202f]/g, ' ')
      .trimEnd();
    const groups = message.exec(plain)?.groups;
    if (groups?.['name'] !== undefined) {
      const { date, time, text = '' } = groups;
      const name = groups['name'].trim().replace(nameMark, '');
      if (notice.test(text) || clientName.test(name)) return { kind: 'event' };
      return { kind: 'message', name, text, ...(date && { date }), ...(time && { time }) };
    }
    return clientLine.test(plain) || stamped?.test(plain) === true
      ? { kind: 'event' }
      : { kind: 'more', text: plain };
  };
}

function sourceOf(form: string): string {
  return form
    .split(/(\{(?:date|time|name|text)\})/)
    .map(
      (part) =>
        fields[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/[ \t]/g, '[ \t]'),
    )
    .join('');
}

/** A line with a time is no accident, and messages may be long; one with a colon may be. */
const leastShare = { stamped: 1 / 20, plain: 1 / 3 };

/** The known form that most of these lines have; undefined when too few have any. */
export function detectForm(lines: readonly string[]): string | undefined {
  const filled = lines.filter((line) => line.trim() !== '');
  const hitsOf = (form: string): number => {
    const read = lineReader(form);
    return filled.filter((line) => read(line).kind === 'message').length;
  };
  let best: { form: string; hits: number } | undefined;
  for (const form of knownForms) {
    const hits = hitsOf(form);
    if (hits > (best?.hits ?? 0)) best = { form, hits };
  }
  if (best !== undefined && best.hits >= filled.length * leastShare.stamped) return best.form;
  return filled.length > 0 && hitsOf(plainForm) >= filled.length * leastShare.plain ? plainForm : undefined;
}

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** The order of day, month and year, told by dates with a day above 12 or the year in front; undefined when none tells. */
export function detectDateOrder(dates: readonly string[]): DateOrder | undefined {
  for (const date of dates) {
    const [first = '', second = ''] = date.split(/[./-]/);
    if (first.length > 2) return 'ymd';
    if (monthOf(second) !== undefined) return 'dmy';
    if (Number(first) > 12) return 'dmy';
    if (Number(second) > 12) return 'mdy';
  }
  return undefined;
}

/** Minutes since midnight. */
export function minutesOf(time: string): number {
  const match = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s?([ap])?/i.exec(time);
  if (!match) return 0;
  const [, hours, minutes, seconds = '0', half] = match;
  const hour =
    half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return hour * 60 + Number(minutes) + Number(seconds) / 60;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The number of a month written as Jan, Feb ... */
function monthOf(name: string): number | undefined {
  const index = months.indexOf(name.toLowerCase());
  return index < 0 ? undefined : index + 1;
}

/** The day as milliseconds since 1970; undefined for a date that does not exist or has no year. */
export function dayOf(date: string, order: DateOrder): number | undefined {
  const parts = date.split(/[./-]/).map((part) => monthOf(part) ?? Number(part));
  if (parts.length < 3) return undefined;
  const [a = 0, b = 0, c = 0] = parts;
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  const fullYear = year < 100 ? year + 2000 : year;
  const time = Date.UTC(fullYear, month - 1, day);
  const real = new Date(time).getUTCMonth() === month - 1 && new Date(time).getUTCDate() === day;
  return real ? time : undefined;
}
