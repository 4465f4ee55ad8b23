/** Who answers, as the project file names them: e-mail addresses, domains and names. */

export type IsAgent = (person: { address?: string; name?: string }) => boolean;

/** Addresses are compared whole, domains with their subdomains, names without case; no entries match nobody. */
export function agentMatcher(entries: readonly string[]): IsAgent {
  const wanted = entries.map((entry) => entry.trim().toLowerCase());
  const addresses = new Set(wanted.filter((entry) => entry.indexOf('@') > 0));
  const domains = wanted.filter(isDomain).map((entry) => entry.replace(/^@/, ''));
  const names = new Set(wanted.filter((entry) => !entry.includes('@') && !isDomain(entry)));
  return ({ address = '', name = '' }) => {
    const mail = address.trim().toLowerCase();
    if (mail !== '' && addresses.has(mail)) return true;
    const domain = mail.slice(mail.lastIndexOf('@') + 1);
    if (domain !== '' && domains.some((one) => domain === one || domain.endsWith(`.${one}`))) return true;
    return name.trim() !== '' && names.has(name.trim().toLowerCase());
  };
}

function isDomain(entry: string): boolean {
  return entry.startsWith('@') || /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}$/.test(entry);
}
