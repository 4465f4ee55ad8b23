/** What looks like personal data and is not: the support's own addresses, numbers and sites. */
export type Allowed = (type: string, value: string) => boolean;

/**
 * Entries match a found value but for case; numbers but for what stands between their digits. "@shop.example" allows
 * every address of that domain, "shop.example" every page of that site and of sites below it.
 */
export function allowedBy(entries: readonly string[]): Allowed {
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
