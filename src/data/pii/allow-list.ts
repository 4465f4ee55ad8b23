/** What looks like personal data and is not: the support's own addresses, numbers and sites, and the names of its products. */
import { alternatives, asWholeWords } from '../../text/alternatives.ts';
import type { PiiType } from './recogniser.ts';
import type { FoundSpan } from './settle-overlaps.ts';

/** Of what was found in a text, in order, what is not allowed. */
export type NotAllowed = (text: string, spans: FoundSpan[]) => FoundSpan[];

/** What the name of a product can be taken for. */
const calledTypes: ReadonlySet<string> = new Set<PiiType>(['NAME', 'PLACE', 'ORGANISATION']);

/**
 * `entries` are values that stay wherever they stand. `products` are names of things: what is taken for a person, a place
 * or an organisation within one of them stays, so that "Aurora" is a product and "Aurora Lopez" somebody.
 */
export function notAllowedBy(entries: readonly string[], products: readonly string[]): NotAllowed {
  const isAllowed = allowedBy(entries);
  const product = alternatives(products, 'giv', asWholeWords);
  return (text, spans) => {
    const rest = spans.filter(({ type, start, end }) => !isAllowed(type, text.slice(start, end)));
    if (product === undefined || !rest.some(({ type }) => calledTypes.has(type))) return rest;
    const named = [...text.matchAll(product)].map(({ 0: found, index }) => [index, index + found.length]);
    let at = 0;
    return rest.filter(({ type, start, end }) => {
      while (at < named.length && named[at]![1]! <= start) at++;
      const isWithin = at < named.length && named[at]![0]! <= start && end <= named[at]![1]!;
      return !isWithin || !calledTypes.has(type);
    });
  };
}

type Allowed = (type: string, value: string) => boolean;

/**
 * Entries match a found value but for case; numbers but for what stands between their digits. "@shop.example" allows
 * every address of that domain, "shop.example" every page of that site and of sites below it.
 */
function allowedBy(entries: readonly string[]): Allowed {
  if (entries.length === 0) return () => false;
  const values = new Set(entries.map(plain));
  const domains = entries.filter((entry) => entry.startsWith('@')).map((entry) => entry.toLowerCase());
  const sites = entries.filter((entry) => /^[^\s@]+\.[^\s@]+$/.test(entry)).map(siteOf);
  return (type, value) => {
    if (values.has(plain(value))) return true;
    if (type === 'EMAIL') return domains.some((domain) => value.toLowerCase().endsWith(domain));
    return type === 'URL' && sites.some((site) => isWithin(siteOf(value), site));
  };
}

/** Digits alone where a value is a number with what people put between, else lower case. */
function plain(value: string): string {
  const digits = value.replace(/[\s()./+-]/g, '');
  return /^\d{5,}$/.test(digits) ? digits : value.trim().toLowerCase();
}

/** Host and path without scheme, www and the last slash. */
function siteOf(value: string): string {
  return value
    .toLowerCase()
    .replace(/^[a-z]{2,6}:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/$/, '');
}

function isWithin(value: string, site: string): boolean {
  if (
    value === site ||
    value.startsWith(`${site}/`) ||
    value.startsWith(`${site}?`) ||
    value.startsWith(`${site}#`)
  )
    return true;
  const host = value.split(/[/?#]/, 1)[0]!;
  return !site.includes('/') && host.endsWith(`.${site}`);
}
