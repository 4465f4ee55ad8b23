import type { Span } from './find.ts';

const localEnd = /[\p{L}\p{N}._%+'-]{1,64}$/u;
const domain = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}[\p{L}]{2,24}(?![\p{L}\p{N}_-])/u;

/** E-mail addresses, looked for around each "@" so that long texts cost linear time. */
export function findEmails(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const local = localEnd.exec(text.slice(Math.max(0, at - 64), at))?.[0].replace(/^[.'-]+/, '');
    const host = domain.exec(text.slice(at + 1, at + 256))?.[0];
    if (local && host) spans.push({ start: at - local.length, end: at + 1 + host.length });
  }
  return spans;
}
