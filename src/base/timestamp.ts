/** Year, month, perhaps day, perhaps a time with or without its zone. */
const pattern =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?[ ]?(Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** Seconds or milliseconds since 1970, of the years 2001 to 2286. */
const unixPattern = /^(\d{10})(?:\.\d{1,9}|\d{3})?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date or time, or of a Unix time in seconds or milliseconds, to the second;
 * undefined for anything else. What names no zone is taken as UTC, wherever the program runs.
 */
export function parseTimestamp(text: string): number | undefined {
  const unix = unixPattern.exec(text.trim());
  if (unix) return Number(unix[1]) * 1000;
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part, i) => Number(part ?? (i === 2 ? 1 : 0)));
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  // A month 13 or a 30th of February would be taken for a day of the next month.
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return undefined;
  if (hour! > 24 || minute! > 59 || second! > 60) return undefined;
  return date.getTime() + (hour! * 3600 + minute! * 60 + second! - zoneSeconds(match[7])) * 1000;
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}
