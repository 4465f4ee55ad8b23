/** Zendesk's chats and messaging: the whole conversation is one comment, a line each: "(10:15:00 AM) Ida: hello". */
import { lineReader } from '../threads/chat-lines.ts';
import type { Post } from '../threads/thread.ts';

const readLine = lineReader('({time}) {name}: {text}');
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
  for (const line of transcript.split('\n')) {
    const read = readLine(line);
    const last = posts.at(-1);
    if (read.kind === 'message') {
      const customer = read.name === requesterName || visitor.test(read.name);
      posts.push({ ...comment, author: customer ? 'customer' : 'agent', body: read.text });
    } else if (read.kind === 'event') events += 1;
    else if (last && read.text.trim() !== '') last.body += `\n${read.text}`;
  }
  if (posts.length < 2) return undefined;
  const happened = { ...comment, author: 'bot', body: '', leftOut: 'system events' } as const;
  return [...posts, ...Array.from({ length: events }, (): Post => happened)];
}
