/** Lines of a chat log, by a form such as "[{time}] <{name}> {text}". */

export type ChatLine =
  | { kind: 'message'; name: string; text: string; date?: string; time?: string }
  /** Somebody joined, left or did something; nothing was said. */
  | { kind: 'event' }
  /** Belongs to the message above. */
  | { kind: 'more'; text: string };

/** Forms that are told by themselves; of two that fit as many lines the one that stands first. */
export const knownForms = [
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
  '{name}: {text}',
] as const;

const fields: Readonly<Record<string, string>> = {
  '{date}': String.raw`(?<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4})`,
  '{time}': String.raw`(?<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\b\.?)?)`,
  '{name}': '(?<name>.{1,80}?)',
  '{text}': '(?<text>.*)',
};
/** What an IRC client writes about the channel, whatever the form of messages. */
const clientLine = /^(?:===|\*\*\*|-!-|---)(?:\s|$)/;
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
      const { date, time, name, text = '' } = groups;
      if (notice.test(text)) return { kind: 'event' };
      return { kind: 'message', name: name.trim(), text, ...(date && { date }), ...(time && { time }) };
    }
    return clientLine.test(plain) || stamped?.test(plain) === true
      ? { kind: 'event' }
      : { kind: 'more', text: plain };
  };
}

function sourceOf(form: string): string {
  return form
    .split(/(\{(?:date|time|name|text)\})/)
    .map((part) => fields[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('');
}

/** The known form that most of these lines have; undefined when fewer than a third have any. */
export function detectForm(lines: readonly string[]): string | undefined {
  const filled = lines.filter((line) => line.trim() !== '');
  let best: { form: string; hits: number } | undefined;
  for (const form of knownForms) {
    const read = lineReader(form);
    const hits = filled.filter((line) => read(line).kind === 'message').length;
    if (hits > (best?.hits ?? 0)) best = { form, hits };
  }
  return best !== undefined && best.hits * 3 >= filled.length ? best.form : undefined;
}

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** The order of day, month and year, told by dates with a day above 12 or the year in front; undefined when none tells. */
export function detectDateOrder(dates: readonly string[]): DateOrder | undefined {
  for (const date of dates) {
    const [first = '', second = ''] = date.split(/[./-]/);
    if (first.length > 2) return 'ymd';
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

/** The day as milliseconds since 1970; undefined for a date that does not exist. */
export function dayOf(date: string, order: DateOrder): number | undefined {
  const parts = date.split(/[./-]/).map(Number);
  const [a = 0, b = 0, c = 0] = parts;
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  const fullYear = year < 100 ? year + 2000 : year;
  const time = Date.UTC(fullYear, month - 1, day);
  const real = new Date(time).getUTCMonth() === month - 1 && new Date(time).getUTCDate() === day;
  return real ? time : undefined;
}
