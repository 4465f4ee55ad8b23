/** Talk between people: support channels (IRC, with other names for the speakers) and sample chats of ABCD. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from '../../src/data/example.ts';
import { seededRandom, type Random } from '../../src/base/random.ts';
import { conversation, document, groupsOf, type CorpusRecord } from './corpus-record.ts';
import { inventedWord } from './corpus-values.ts';

type Line = { speaker: string; text: string };

/**
 * IRC logs (Kummerfeld et al. 2019, CC-BY-4.0). Annotated conversations become chats: who asks first is the user, the
 * others are the assistant. The other lines become logs to read. Nicknames are replaced, addresses removed.
 */
export async function* ircChannels(folder: string): AsyncGenerator<CorpusRecord> {
  const root = join(folder, 'irc-ubuntu/data');
  for (const part of ['dev', 'new-domains']) {
    const files = (await readdir(join(root, part))).filter((file) => file.endsWith('.ascii.txt')).sort();
    for (const file of files) {
      const lines = parseLog(await readFile(join(root, part, file), 'utf8'));
      const annotation = await readFile(
        join(root, part, file.replace('.ascii.txt', '.annotation.txt')),
        'utf8',
      );
      const hidden = pseudonymise(lines, seededRandom(1, file));
      const used = new Set<number>();
      for (const [i, numbers] of conversationsOf(annotation).entries()) {
        const said = numbers.flatMap((number) => hidden[number] ?? []);
        const messages = toChat(said);
        if (messages.length < 2) continue;
        for (const number of numbers) used.add(number);
        yield conversation('irc', `${file}-${i}`, messages);
      }
      const rest = hidden.filter((line, i): line is Line => line !== undefined && !used.has(i));
      for (const group of groupsOf(rest, 40)) {
        yield document('irc', group.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n'));
      }
    }
  }
}

/** Messages by line number; system lines, actions and bots are undefined. */
function parseLog(log: string): (Line | undefined)[] {
  return log.split('\n').map((line) => {
    const [, speaker, text] = /^(?:\S+ \S+ )?\[[\d:]+\] <([^>]+)> (.+)$/.exec(line) ?? [];
    if (speaker === undefined || text === undefined) return undefined;
    const bot = /bot|ubottu|^meetingology|^-/i.test(speaker);
    return bot
      ? undefined
      : { speaker: speaker.trim(), text: text.replaceAll('<unconvertable>', '').replace(/\s+/g, ' ').trim() };
  });
}

function pseudonymise(lines: readonly (Line | undefined)[], random: Random): (Line | undefined)[] {
  const names = new Map<string, string>();
  for (const line of lines)
    if (line && !names.has(line.speaker)) names.set(line.speaker, inventedWord(random));
  const byLowerCase = new Map([...names].map(([nick, name]) => [nick.toLowerCase(), name]));
  return lines.map((line) => {
    if (line === undefined) return undefined;
    const text = line.text
      .replace(/\S+@\S+\.\S+/g, 'someone@example.com')
      .replace(/\b\d{1,3}(?:[.-]\d{1,3}){3}\b/g, '192.0.2.1')
      .replace(
        /[^\s:,.!?;()]+/g,
        (word) => (word.length > 2 ? byLowerCase.get(word.toLowerCase()) : undefined) ?? word,
      );
    return { speaker: names.get(line.speaker)!, text };
  });
}

/** Line numbers of each conversation, in order: the connected components of the reply links. */
function conversationsOf(annotation: string): number[][] {
  const parent = new Map<number, number>();
  const rootOf = (line: number): number => {
    const above = parent.get(line) ?? line;
    return above === line ? line : rootOf(above);
  };
  for (const link of annotation.trim().split('\n')) {
    const [a, b] = link.split(' ').map(Number);
    if (a === undefined || b === undefined) continue;
    for (const line of [a, b]) if (!parent.has(line)) parent.set(line, line);
    parent.set(rootOf(b), rootOf(a));
  }
  const lines = [...parent.keys()].sort((x, y) => x - y);
  return [...Map.groupBy(lines, rootOf).values()];
}

/** Neighbouring lines of one side are one turn. */
function toChat(lines: readonly Line[]): Message[] {
  const asker = lines[0]?.speaker;
  const messages: Message[] = [];
  for (const { speaker, text } of lines) {
    const role = speaker === asker ? 'user' : 'assistant';
    const last = messages.at(-1);
    if (last?.role === role) last.content += `\n${text}`;
    else messages.push({ role, content: text });
  }
  return messages;
}

type AbcdChat = { convo_id: number; original: [speaker: 'agent' | 'customer' | 'action', text: string][] };

export async function* abcdChats(folder: string): AsyncGenerator<CorpusRecord> {
  const chats = JSON.parse(await readFile(join(folder, 'abcd/data/abcd_sample.json'), 'utf8')) as AbcdChat[];
  for (const { convo_id, original } of chats) {
    const messages = original
      .filter(([speaker]) => speaker !== 'action')
      .map(([speaker, content]): Message => ({ role: speaker === 'agent' ? 'assistant' : 'user', content }));
    yield conversation('abcd', String(convo_id), messages);
  }
}
