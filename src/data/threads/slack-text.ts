/** The markup of Slack's messages as plain text. https://docs.slack.dev/messaging/formatting-message-text */

const reference = /<([^<>\n]{1,4000})>/g;
const special: Readonly<Record<string, string>> = {
  here: '@here',
  channel: '@channel',
  everyone: '@everyone',
};

/** Names people, channels and groups, keeps where links lead, and undoes the three escapes. */
export function slackText(text: string, nameOf: (id: string) => string | undefined): string {
  return unescape(text.replace(reference, (whole, inside: string) => plain(inside, nameOf) ?? whole));
}

function plain(inside: string, nameOf: (id: string) => string | undefined): string | undefined {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : inside.slice(bar + 1).trim();
  const rest = target.slice(1);
  if (target.startsWith('@')) return `@${nameOf(rest) ?? (label || rest)}`;
  if (target.startsWith('#')) return `#${label || rest}`;
  if (target.startsWith('!')) return special[rest.split('^')[0]!] ?? (label || `@${rest.split('^')[0]}`);
  if (/^(?:mailto|tel):/i.test(target)) return label || target.slice(target.indexOf(':') + 1);
  if (!/^[a-z][a-z0-9+.-]{1,20}:/i.test(target)) return undefined;
  const bare = target.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return label === '' || label.includes(bare) ? label || target : `${label} (${target})`;
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
