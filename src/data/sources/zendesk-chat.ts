/** Zendesk's chats and messaging: the whole conversation is one comment, a line each: "(10:15:00 AM) Ida: hello". */
import { lineReader } from '../threads/chat-lines.ts';
import type { Post } from '../threads/thread.ts';

const readers = ['({time}) {name}: {text}', '({date} {time}) {name}: {text}'].map(lineReader);
/** The transcript as an internal note is a setting; its words were said to the customer all the same. */
const noteReason = 'internal notes';
const botName = /\bbot$/i;
const visitor = /^(?:visitor|client|customer|user|(?:web|ios|android) user)\b/i;

/**
 * The messages of a chat as posts at the time of the comment, in its order; undefined for a text of another form. The
 * customer goes by the requester's name, or as a visitor.
 */
export function chatPosts(
  transcript: string,
  comment: Pick<Post, 'createdAt' | 'leftOut'>,
  requesterName: string | undefined,
): Post[] | undefined {
  const posts: Post[] = [];
  let events = 0;
  const lines = transcript.split('\n');
  const readLine = readers.find((reader) => lines.some((line) => reader(line).kind === 'message'));
  if (readLine === undefined) return undefined;
  const { createdAt } = comment;
  const leftOut = comment.leftOut === noteReason ? undefined : comment.leftOut;
  const said = { createdAt, ...(leftOut !== undefined && { leftOut }) };
  for (const line of lines) {
    const read = readLine(line);
    const last = posts.at(-1);
    if (read.kind === 'message') {
      const customer = read.name === requesterName || visitor.test(read.name);
      const author = customer ? 'customer' : botName.test(read.name) ? 'bot' : 'agent';
      posts.push({ ...said, author, body: read.text });
    } else if (read.kind === 'event') events += 1;
    else if (last && read.text.trim() !== '') last.body += `\n${read.text}`;
  }
  if (posts.length < 2) return undefined;
  const happened = { createdAt, author: 'bot', body: '', leftOut: 'system events' } as const;
  return [...posts, ...Array.from({ length: events }, (): Post => happened)];
}
