/** The headers of a mail (RFC 5322), as far as threads are told by them. */
import { isUtf8 } from 'node:buffer';

/** Header fields by their names in lower case, unfolded; of a field that stands twice the first. */
export function parseMailHeaders(head: Uint8Array): Map<string, string> {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  const fields = new Map<string, string>();
  let name: string | undefined;
  let parts: string[] = [];
  const finish = (): void => {
    if (name !== undefined && !fields.has(name)) fields.set(name, parts.join(' ').trim());
  };
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      parts.push(line.trim());
      continue;
    }
    finish();
    const colon = line.indexOf(':');
    name = colon > 0 ? line.slice(0, colon).trim().toLowerCase() : undefined;
    parts = [line.slice(colon + 1).trim()];
  }
  finish();
  return fields;
}

/** The ids in a Message-ID, In-Reply-To or References field, without their brackets. */
export function messageIds(field: string | undefined): string[] {
  return [...(field ?? '').matchAll(/<([^<>\s]{1,250})>/g)].map((match) => match[1]!);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Zones with names, in hours (RFC 5322, section 4.3); unknown ones mean nothing and are read as UTC. */
const zones: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};
const datePattern =
  /^(?:[a-z]{3,9},?\s{0,5})?(\d{1,2})[\s-]{1,5}([a-z]{3})[a-z]{0,6}[\s-]{1,5}(\d{4}|\d{2})\s{1,5}(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,5}(?:([+-])(\d{2}):?(\d{2})|([a-z]{1,5}))?/i;

/** "Tue Mar 12 10:15:00 2024", as scripts write that send mails. */
const asctime =
  /^[a-z]{3},? {1,3}([a-z]{3}) {1,3}(\d{1,2}) (\d{1,2}:\d{2}:\d{2}) (?:([+-]\d{4}|[a-z]{1,5}) )?(\d{4})$/i;
/** ISO 8601, as others do; without a zone it is UTC. */
const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})? ?(Z|[+-]\d{2}:?\d{2})?$/;

/** Milliseconds since 1970 of a Date field; undefined when it is none. */
export function parseMailDate(field: string | undefined): number | undefined {
  const text = field?.trim() ?? '';
  const numbered = iso.exec(text);
  if (numbered) {
    const [, date, time, zone = 'Z'] = numbered;
    const at = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
    return Number.isFinite(at) ? at : undefined;
  }
  const match = datePattern.exec(text.replace(asctime, '$2 $1 $5 $3 $4'));
  if (!match) return undefined;
  const [, day, month, year, hour, minute, second = '0', sign, zoneHours, zoneMinutes, zone] = match;
  const monthIndex = months.indexOf(month!.toLowerCase());
  if (monthIndex < 0) return undefined;
  // RFC 5322: two digits are a year of this century below 50.
  const fullYear = year!.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900);
  const numeric = sign === undefined ? undefined : Number(zoneHours) * 60 + Number(zoneMinutes);
  const offsetMinutes =
    numeric === undefined ? (zones[zone?.toLowerCase() ?? ''] ?? 0) * 60 : sign === '-' ? -numeric : numeric;
  const local = Date.UTC(fullYear, monthIndex, Number(day), Number(hour), Number(minute), Number(second));
  const time = local - offsetMinutes * 60_000;
  return Number.isFinite(time) ? time : undefined;
}

/** The address of a From field, in lower case. */
export function addressOf(field: string | undefined): string {
  const text = field ?? '';
  const angled = /<([^<>\s]{3,250})>/.exec(text)?.[1];
  const bare = /[^\s<>"(),;:]{1,100}@[^\s<>"(),;:]{1,150}/.exec(text.slice(0, 2000))?.[0];
  return (angled ?? bare ?? '').toLowerCase();
}
