/** The markup of Slack's messages as plain text. https://docs.slack.dev/messaging/formatting-message-text */

import { isRecord } from '../../base/json.ts';

const reference = /<([^<>\n]{1,4000})>/g;
const special: Readonly<Record<string, string>> = {
  here: '@here',
  channel: '@channel',
  everyone: '@everyone',
};

const deepestBlock = 10;

/** The words of a message that has them in its blocks alone, as programs send them: a line for each block or item. */
export function blocksText(blocks: unknown): string {
  return textsIn(blocks, 0)
    .join('')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** https://docs.slack.dev/reference/block-kit/blocks: `text` is text, or an object that has it; all else nests as `elements`. */
function textsIn(block: unknown, depth: number): string[] {
  if (depth > deepestBlock) return [];
  if (Array.isArray(block)) return block.flatMap((one) => textsIn(one, depth + 1));
  if (!isRecord(block)) return [];
  const { type, text, url, user_id: user, name, elements } = block;
  const inside = [
    ...(typeof text === 'string' ? [text] : textsIn(text, depth + 1)),
    ...textsIn(elements, depth + 1),
  ];
  if (type === 'link' && typeof url === 'string')
    return [`<${url}${inside.length > 0 ? `|${inside.join('')}` : ''}>`];
  if (type === 'user' && typeof user === 'string') return [`<@${user}>`];
  if (type === 'emoji' && typeof name === 'string') return [`:${name}:`];
  return inline.has(String(type)) ? inside : ['\n', ...inside, '\n'];
}

const inline = new Set(['text', 'mrkdwn', 'plain_text', 'link']);

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
