/** A ticket or mail thread as an importer found it, and the conversation that comes of it. */
import type { Message } from '../example.ts';
import { isAutomaticText } from './automatic.ts';
import type { HtmlReader } from './html-body.ts';
import { stripQuotes } from './quotes.ts';
import { stripSignature } from './signatures.ts';
import { unwrapText } from './wrapping.ts';

/** Why a post is no part of the conversation between customer and agent. */
export type NoMessage =
  | 'internal notes'
  | 'system events'
  | 'automatic messages'
  | 'repeated messages'
  | 'drafts'
  | 'encrypted messages'
  | 'spam'
  | 'deleted messages'
  | 'forwards to somebody else';

/** One contribution to a thread, its text not cleaned yet. */
export type Post = {
  /** A bot's words stay in the context, but nothing is learned from them. */
  author: 'customer' | 'agent' | 'bot';
  body: string;
  html?: boolean;
  /** ISO 8601. */
  createdAt?: string;
  attachments?: number;
  /** How the customer liked this reply. */
  rating?: string | number;
  leftOut?: NoMessage;
};

export type Thread = {
  id?: string;
  /** Put above the first message, unless that says it: mail and web forms, not chats. */
  subject?: string;
  posts: Post[];
  meta: Record<string, string | number | boolean>;
  /** Why the whole thread is of no use, such as 'marked as spam'. */
  leftOut?: string;
};

/** What was done to a thread, for the ledger; `kind` is the reason without its counts. */
export type ThreadChange = { rule: string; reason: string; kind: string };

export type Conversation =
  | { messages: Message[]; changes: ThreadChange[]; leftOut?: undefined }
  | { messages?: undefined; leftOut: string };

/** The posts in order of time, cleaned, as messages. */
export function toConversation(thread: Thread, readHtml: HtmlReader): Conversation {
  if (thread.leftOut !== undefined) return { leftOut: thread.leftOut };
  const noted = new Tally();
  const cleaned: { post: Post; text: string }[] = [];
  for (const post of markRepeats(inOrder(thread.posts))) {
    if (post.leftOut !== undefined) {
      noted.add('thread', `left out ${post.leftOut}`);
      continue;
    }
    const { text, quoted, signature, automatic } = clean(post, thread.subject, readHtml);
    if (automatic) {
      noted.add('thread', 'left out automatic messages');
      continue;
    }
    if (quoted) noted.add('quotes', 'stripped quoted messages');
    if (signature) noted.add('signatures', 'stripped signatures');
    if (text === '' && !isOnlySubject(post, cleaned, thread.subject))
      noted.add('thread', 'left out messages with nothing but a quote, a signature or an attachment');
    else cleaned.push({ post, text });
  }
  const kept = cleaned.filter(({ post }, i) => post.author !== 'bot' || isBetweenCustomers(cleaned, i));
  noted.add('thread', 'left out messages of a bot beside those of an agent', cleaned.length - kept.length);
  if (!kept.some(({ post }) => post.author === 'customer')) return { leftOut: 'no customer wrote in it' };
  if (!kept.some(({ post }) => post.author === 'agent')) return { leftOut: 'no agent replied in it' };
  const first = kept.findIndex(({ post }) => post.author === 'customer');
  const messages = kept.map(({ post, text }, i) =>
    toMessage(post, i === first ? withSubject(thread.subject, text) : text),
  );
  return { messages, changes: noted.changes() };
}

/** The first mail of a thread may say all in its subject, with a file attached. */
function isOnlySubject(
  { author, body, html }: Post,
  before: readonly { post: Post }[],
  subject: string | undefined,
): boolean {
  const empty =
    html === true ? !/[^\s<>]/.test(body.replace(/<[^<>]{0,2000}>|&nbsp;/g, '')) : body.trim() === '';
  return author === 'customer' && empty && before.length === 0 && baseSubject(subject ?? '') !== '';
}

function clean(
  post: Post,
  subject: string | undefined,
  readHtml: HtmlReader,
): { text: string; quoted: boolean; signature: boolean; automatic: boolean } {
  const body = post.html === true ? readHtml(post.body) : { text: post.body, quoted: false };
  const reply = stripQuotes(unwrapText(body.text));
  const own = stripSignature(reply.text);
  return {
    text: own.text,
    quoted: body.quoted || reply.quoted,
    signature: own.signature,
    automatic: isAutomaticText(reply.text, post.author === 'customer' ? subject : ''),
  };
}

function toMessage({ author, rating }: Post, content: string): Message {
  if (author === 'customer') return { role: 'user', content };
  return {
    role: 'assistant',
    content,
    ...(author === 'bot' && { trained: false }),
    ...(rating !== undefined && { meta: { rating } }),
  };
}

/** Replies of a bot that the customer answered; others stand in for an agent's and would be joined with them. */
function isBetweenCustomers(all: readonly { post: Post }[], index: number): boolean {
  const beside = (step: number): Post['author'] | undefined => {
    let at = index + step;
    while (all[at]?.post.author === 'bot') at += step;
    return all[at]?.post.author;
  };
  return beside(1) === 'customer' && beside(-1) !== 'agent';
}

/** By time where every post has one; posts of one time stay as they are. */
function inOrder(posts: readonly Post[]): Post[] {
  const times = posts.map(({ createdAt }) => (createdAt === undefined ? Number.NaN : Date.parse(createdAt)));
  if (times.some(Number.isNaN)) return [...posts];
  return posts
    .map((post, i) => ({ post, time: times[i]! }))
    .sort((a, b) => a.time - b.time)
    .map(({ post }) => post);
}

/** Merged tickets and double deliveries bring a message twice. */
function markRepeats(posts: readonly Post[]): Post[] {
  const seen = new Set<string>();
  let before: Post | undefined;
  return posts.map((post) => {
    if (post.leftOut !== undefined || post.body.trim() === '' || post.createdAt === undefined) return post;
    const key = JSON.stringify([post.author, post.createdAt, post.body]);
    const sentTwice = before !== undefined && isSentTwice(before, post);
    before = post;
    if (seen.has(key) || sentTwice) return { ...post, leftOut: 'repeated messages' };
    seen.add(key);
    return post;
  });
}

const shortestTwice = 20;
const twiceMilliseconds = 10 * 60_000;

/** A form that was sent off twice; what is short may be said twice. */
function isSentTwice(before: Post, post: Post): boolean {
  if (before.author !== post.author || before.body !== post.body || post.body.length < shortestTwice)
    return false;
  return Date.parse(post.createdAt ?? '') - Date.parse(before.createdAt ?? '') <= twiceMilliseconds;
}

const replyMark =
  /^(?:(?:re|aw|antw|sv|vs|fw|fwd|wg|tr|rv|res|回复|转发)(?:\[\d{1,3}\])?\s?[:：]\s{0,5}){1,10}/iu;

/** A subject without "Re:" and the like in front. */
export function baseSubject(subject: string): string {
  return subject.trim().slice(0, 1000).replace(replyMark, '').trim();
}

function withSubject(subject: string | undefined, text: string): string {
  const base = baseSubject(subject ?? '');
  if (base === '' || text.toLowerCase().includes(base.toLowerCase())) return text;
  return `${base}\n\n${text}`.trimEnd();
}

/** Counts of what was done, by rule and reason. */
class Tally {
  #counts = new Map<string, ThreadChange & { count: number }>();

  add(rule: string, kind: string, count = 1): void {
    if (count === 0) return;
    const entry = this.#counts.get(`${rule} ${kind}`) ?? { rule, kind, reason: '', count: 0 };
    entry.count += count;
    this.#counts.set(`${rule} ${kind}`, entry);
  }

  changes(): ThreadChange[] {
    return [...this.#counts.values()].map(({ rule, kind, count }) => ({
      rule,
      kind,
      reason: `${kind} (${count})`,
    }));
  }
}
