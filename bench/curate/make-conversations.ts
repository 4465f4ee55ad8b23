/**
 * Conversations for measuring curation, as many as one likes: exchanges of the customer-support recipe's dialogues, put
 * together anew within a topic and perturbed, so that there is something for every rule to find and most conversations
 * are no near-duplicates of each other. Record i depends on the seed and i alone.
 */
import { join } from 'node:path';
import { examples } from '../../recipes/customer-support/star.ts';
import { exists } from '../../src/base/files.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { writeStreamAtomic } from '../../src/formats/write-stream.ts';
import { cacheFolder } from '../paths.ts';

/** What the customer wrote and what was answered. */
type Exchange = { user: string; assistant: string };
type Stock = {
  topics: { name: string; exchanges: Exchange[] }[];
  /** Every word as often as it stands there, for replacing others. */
  words: string[];
};

const seed = 4;
/** Raised when the records change, so that files in the cache are made again. */
const version = 2;
/** Enough to bring two versions of a text far below the threshold of near-duplicates. */
const replacedWords = 0.2;
/** Shares of records that repeat an earlier one: word for word, and with few words changed. */
const [exactShare, nearShare] = [0.03, 0.05];
const linesPerWrite = 2000;

/** The file of `count` records in OpenAI's format, made once and kept; about 500 bytes a record. */
export async function conversationsFile(count: number): Promise<string> {
  const path = join(cacheFolder, `conversations-v${version}-${count}.jsonl`);
  if (await exists(path)) return path;
  const stock = await readStock();
  await writeStreamAtomic(path, encodeLines(count, stock));
  return path;
}

function* encodeLines(count: number, stock: Stock): Generator<Uint8Array> {
  for (let first = 0; first < count; first += linesPerWrite) {
    let text = '';
    for (let i = first; i < Math.min(count, first + linesPerWrite); i++)
      text += JSON.stringify(makeRecord(i, stock)) + '\n';
    yield Buffer.from(text);
  }
}

async function readStock(): Promise<Stock> {
  const byTopic = new Map<string, Exchange[]>();
  const words: string[] = [];
  for await (const { messages, meta } of examples()) {
    const topic = meta.topic ?? '';
    const exchanges = byTopic.get(topic) ?? [];
    byTopic.set(topic, exchanges);
    let user: string | undefined;
    for (const { role, content } of messages) {
      if (role === 'user') user = content;
      if (role !== 'assistant' || content === '' || user === undefined) continue;
      exchanges.push({ user, assistant: content });
      words.push(...user.split(' '));
      user = undefined;
    }
  }
  return { topics: [...byTopic].map(([name, exchanges]) => ({ name, exchanges })), words };
}

type BenchRecord = {
  id: string;
  topic: string;
  created_at: string;
  rating: number;
  messages: { role: string; content: string }[];
};

function makeRecord(index: number, stock: Stock): BenchRecord {
  const random = seededRandom(seed, index);
  const kind = random.uniform();
  const isRepeat = kind < exactShare + nearShare && index > 0;
  const original = isRepeat ? random.integer(index) : index;
  const drawn = seededRandom(seed, 'conversation', original);
  const topic = stock.topics[drawn.integer(stock.topics.length)]!;
  const messages = makeMessages(topic.exchanges, drawn, stock);
  const rating = 1 + drawn.integer(5);
  if (isRepeat && kind >= exactShare) changeOneWord(messages, random, stock);
  return {
    id: `bench-${index}`,
    topic: topic.name,
    created_at: new Date(Date.UTC(2025, 0, 1) + original * 60_000).toISOString(),
    rating,
    messages,
  };
}

function makeMessages(exchanges: readonly Exchange[], random: Random, stock: Stock): BenchRecord['messages'] {
  const turns = 2 + random.integer(3);
  const messages = Array.from({ length: turns }, () => exchanges[random.integer(exchanges.length)]!).flatMap(
    ({ user, assistant }) => [
      { role: 'user', content: perturb(user, random, stock) },
      { role: 'assistant', content: perturb(assistant, random, stock) },
    ],
  );
  const first = messages[0]!;
  const last = messages.at(-1)!;
  if (random.integer(4) === 0) first.content += ` ${contactOf(random)}`;
  if (random.integer(5) === 0)
    last.content = `<p>${last.content}</p><p>Kind&nbsp;regards,<br>The support team</p>`;
  if (random.integer(50) === 0) messages.push({ role: 'user', content: 'ok' });
  return messages;
}

function perturb(text: string, random: Random, { words }: Stock): string {
  return text
    .split(' ')
    .map((word) => (random.uniform() < replacedWords ? words[random.integer(words.length)]! : word))
    .join(' ');
}

function changeOneWord(messages: BenchRecord['messages'], random: Random, { words }: Stock): void {
  const one = messages[random.integer(messages.length)]!;
  const parts = one.content.split(' ');
  parts[random.integer(parts.length)] = words[random.integer(words.length)]!;
  one.content = parts.join(' ');
}

/** Personal data of nobody: reserved domains and numbers that are not given out. */
function contactOf(random: Random): string {
  const digits = (count: number): string => String(random.integer(10 ** count)).padStart(count, '0');
  return [
    `Write to me at customer${digits(5)}@example.com.`,
    `Call me on (415) 555-01${digits(2)} please.`,
    `My order is ${digits(8)}.`,
    `I was logged in from 192.0.2.${random.integer(256)}.`,
  ][random.integer(4)]!;
}
