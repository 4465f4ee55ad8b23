/**
 * Help Scout: conversations of the Mailbox API 2.0 with their threads (`?embed=threads`).
 * https://developer.helpscout.com/mailbox-api/endpoints/conversations/threads/list/
 */
import type { NoMessage, Post, Thread } from '../threads/thread.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, recordAt, recordsAt, tagsFact, textFact, timeFact } from './record-values.ts';
import type { HelpDesk, ThreadContext } from './help-desk.ts';

export const helpscout: HelpDesk = {
  lists: ['conversations', '_embedded.conversations'],
  asideLists: [],
  toThread,
};

function toThread(conversation: UnknownRecord, context: ThreadContext): Thread {
  const threads = Array.isArray(conversation['threads'])
    ? recordsAt(conversation, 'threads')
    : recordsAt(recordAt(conversation, '_embedded'), 'threads');
  if (threads.length === 0)
    throw new RecordError(
      'the conversation has no threads: fetch it with ?embed=threads (the CSV export of reports leaves them out)',
    );
  const status = textFact(conversation['status']);
  const channel = textFact(conversation['type']);
  const posts = threads.map((thread) => toPost(thread, context));
  return {
    id: textFact(conversation['number'] ?? conversation['id']),
    subject: channel === 'chat' ? undefined : textFact(conversation['subject']),
    // The API lists them from newest to oldest; those without a time are told by that.
    posts: posts.every(({ createdAt }) => createdAt !== undefined) ? posts : posts.toReversed(),
    leftOut: whyLeftOut(status, textFact(conversation['state'])),
    meta: factsOf({
      subject: textFact(conversation['subject']),
      outcome: status === undefined ? undefined : status === 'closed' ? 'resolved' : 'open',
      status,
      rating: posts.findLast(({ rating }) => rating !== undefined)?.rating,
      createdAt: timeFact(conversation['createdAt']),
      channel,
      tags: tagsFact(recordsAt(conversation, 'tags').map((tag) => textFact(tag['tag'] ?? tag['name']))),
      group: textFact(conversation['mailboxId'] ?? recordAt(conversation, 'mailbox')['name']),
    }),
  };
}

function whyLeftOut(status: string | undefined, state: string | undefined): string | undefined {
  if (status === 'spam') return 'marked as spam';
  return state === 'deleted' || state === 'draft' ? state : undefined;
}

function toPost(thread: UnknownRecord, { isAgent }: ThreadContext): Post {
  const creator = recordAt(thread, 'createdBy');
  const rating = ratingOf(recordAt(thread, 'rating'));
  const customer =
    (creator['type'] === 'customer' || thread['type'] === 'customer') &&
    !isAgent({ address: textFact(creator['email']) });
  return {
    author: customer ? 'customer' : creator['type'] === 'system_user' ? 'bot' : 'agent',
    body: textFact(thread['body']) ?? '',
    html: true,
    createdAt: timeFact(thread['createdAt']),
    attachments:
      recordsAt(recordAt(thread, '_embedded'), 'attachments').length +
      recordsAt(thread, 'attachments').length,
    ...(rating !== undefined && { rating }),
    leftOut: whyNoMessage(thread),
  };
}

function whyNoMessage(thread: UnknownRecord): NoMessage | undefined {
  const type = textFact(thread['type']) ?? '';
  const state = textFact(thread['state']) ?? 'published';
  // A phone thread is what the agent wrote down about a call.
  if (type === 'note' || type === 'phone') return 'internal notes';
  if (type === 'lineitem') return 'system events';
  if (type.startsWith('forward')) return 'forwards to somebody else';
  if (state === 'hidden') return 'internal notes';
  return state === 'published' ? undefined : 'drafts';
}

/** great, okay and not good, in the older API 1, 2 and 3, as points from 5 to 1. */
function ratingOf(rating: UnknownRecord): number | undefined {
  const value = String(rating['rating'] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  if (value === 'great' || value === '1') return 5;
  if (value === 'okay' || value === 'ok' || value === '2') return 3;
  return value === 'notgood' || value === '3' ? 1 : undefined;
}
