/** Mail: an mbox file or .eml files. A first reading of the headers finds the threads, a second reads one at a time. */
import type { Email } from 'postal-mime';
import { addressOf, messageIds, parseMailDate, parseMailHeaders } from '../../formats/mail-headers.ts';
import { type MailSlice, readMailBytes, readMailSlices } from '../../formats/mbox.ts';
import { type SourceConfig, sourceName } from '../config/sources.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import { agentMatcher, type IsAgent } from '../threads/agents.ts';
import { isEncryptedText, withoutArmour } from '../threads/armour.ts';
import { isAutomaticMail, isAutomaticSubject, isCalendarSubject } from '../threads/automatic.ts';
import { groupMail, type MailHeader } from '../threads/group-mail.ts';
import { type HtmlReader, loadHtmlReader } from '../threads/html-body.ts';
import { baseSubject, type NoMessage, type Post, toConversation } from '../threads/thread.ts';
import { factsOf, timeFact } from './record-values.ts';
import { fileEndings, listSourceFiles, refusalOf, type SourceFile } from './source-files.ts';
import { finishExample } from './finish-example.ts';
import { type Place, placeText, type SourceContext, type SourceItem } from './source.ts';

/** Attachments count: mail servers let through 25 MB, which base64 makes 34. */
const longestMailBytes = 40 * 1024 * 1024;
/** More parts than any mail program makes; each costs memory before the message is seen. */
const mostParts = 20_000;
const mostMultiparts = 200;
const longestThread = 500;
/** Of To and Cc, to tell whether two mails are between the same people. */
const rememberedPeople = 20;
const longestSubject = 300;

type Entry = { file: SourceFile; slice: Omit<MailSlice, 'head'>; mailbox: boolean; header: MailHeader };

type Tools = {
  source: string;
  /** Whether the files are so many that ids and places must name them. */
  manyFiles: boolean;
  isAgent: IsAgent;
  readHtml: HtmlReader;
  parse: (bytes: Uint8Array) => Promise<Email>;
};

export async function* readMail(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  const { default: PostalMime, decodeWords } = await import('postal-mime');
  const files = await listSourceFiles(config.mail!, context.projectFolder, fileEndings.mail!);
  const entries: Entry[] = [];
  const numberOf = numbering();
  for (const file of files) {
    const mailbox = !/\.eml$/i.test(file.path);
    const before = entries.length;
    try {
      for await (const { head, ...slice } of readMailSlices(file.path)) {
        throwIfInterrupted(context.signal);
        entries.push({ file, slice, mailbox, header: mailHeader(head, decodeWords, numberOf) });
      }
    } catch (cause) {
      yield { place: { file: file.name }, rejected: refusalOf(cause, files) };
      continue;
    }
    if (entries.length === before)
      yield { place: { file: file.name }, leftOut: { reason: 'there is no message in it' } };
  }
  const tools: Tools = {
    source: sourceName(config),
    manyFiles: files.length > 1,
    isAgent: agentMatcher(config.agents ?? []),
    readHtml: await loadHtmlReader(),
    parse: (bytes) => PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: 100 }),
  };
  for (const group of groupMail(entries.map(({ header }) => header)))
    yield* readThread(
      group.map((index) => entries[index]!),
      tools,
    );
}

/** The conversation of a thread, and each of its messages that could not be read. */
async function* readThread(entries: readonly Entry[], tools: Tools): AsyncGenerator<SourceItem> {
  const first = entries[0]!;
  const place = placeOf(first, tools);
  if (entries.length > longestThread) {
    const reason = `the thread has ${entries.length} messages, over the limit of ${longestThread}`;
    return yield { place, leftOut: { reason, kind: 'a thread with too many messages' } };
  }
  const posts: Post[] = [];
  let subject: string | undefined;
  for (const entry of inOrder(entries)) {
    const read = await readPost(entry, tools);
    if (read.fault !== undefined) yield { place: placeOf(entry, tools), rejected: read.fault };
    else {
      subject ??= read.subject;
      posts.push(read.post);
    }
  }
  if (posts.length === 0) return;
  const conversation = toConversation({ subject, posts, meta: {} }, tools.readHtml);
  if (conversation.leftOut !== undefined) return yield { place, leftOut: { reason: conversation.leftOut } };
  const attachments = posts.reduce((sum, post) => sum + (post.attachments ?? 0), 0);
  const times = posts.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [createdAt]));
  const meta = factsOf({
    id: tools.manyFiles ? `${tools.source}#${placeText(place)}` : undefined,
    subject: subject === undefined ? undefined : baseSubject(subject),
    createdAt: times.sort()[0],
    channel: 'email',
    attachments: attachments === 0 ? undefined : attachments,
  });
  yield {
    place,
    example: finishExample({ messages: conversation.messages, meta }, tools.source, place),
    changes: conversation.changes,
  };
}

function mailHeader(
  head: Uint8Array,
  decodeWords: (text: string) => string,
  numberOf: (text: string) => number,
): MailHeader {
  const fields = parseMailHeaders(head);
  const recipients = `${fields.get('to') ?? ''},${fields.get('cc') ?? ''}`.slice(0, 4000).split(',');
  const people = [addressOf(fields.get('from')), ...recipients.slice(0, rememberedPeople).map(addressOf)];
  const id = messageIds(fields.get('message-id'))[0];
  const references = [...messageIds(fields.get('in-reply-to')), ...messageIds(fields.get('references'))];
  const subject = decodeWords((fields.get('subject') ?? '').slice(0, longestSubject));
  return {
    id: id === undefined ? undefined : numberOf(id),
    references: references.map(numberOf),
    subject: detached(subject),
    time: parseMailDate(fields.get('date')) ?? 0,
    people: people.filter((address) => address !== '').map(numberOf),
  };
}

/** Numbers texts in the order in which they first come. */
function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(detached(text), (number = numbers.size));
    return number;
  };
}

/** A copy that does not keep the text alive of which the string is a part. */
function detached(text: string): string {
  return Buffer.from(text).toString('utf8');
}

function placeOf({ file, slice, mailbox }: Entry, { manyFiles }: Tools): Place {
  return mailbox || !manyFiles ? { file: file.name, line: slice.line } : { file: file.name };
}

/** Mails without dates in the order in which they can have been written: who answers names all that came before. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  if (entries.every(({ header }) => header.time !== 0)) return entries;
  const answers = ({ header }: Entry): number => new Set(header.references).size;
  return entries.toSorted((a, b) => answers(a) - answers(b));
}

type ReadPost = { post: Post; subject: string | undefined; fault?: undefined } | { fault: string };

async function readPost(
  { file, slice, mailbox, header }: Entry,
  { parse, isAgent }: Tools,
): Promise<ReadPost> {
  if (slice.byteLength > longestMailBytes)
    return { fault: `the message is ${slice.byteLength} bytes long, over the limit` };
  const bytes = readMailBytes(file.path, slice, mailbox);
  const parts = count(bytes, '\n--');
  const multiparts = count(bytes, 'oundary=') + count(bytes, 'OUNDARY=');
  if (multiparts > 0 && parts > mostParts) return { fault: `the message has ${parts} parts, over the limit` };
  if (multiparts > mostMultiparts)
    return { fault: `the message has ${multiparts} multiparts, over the limit` };
  let mail: Email;
  try {
    mail = await parse(bytes);
  } catch (cause) {
    return { fault: `not a readable message: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
  const text = mail.text ?? '';
  const from = { address: mail.from?.address ?? '', name: mail.from?.name ?? '' };
  const agent = isAgent(from) && !isOnBehalf(mail, isAgent);
  return {
    subject: mail.subject,
    post: {
      author: agent ? 'agent' : 'customer',
      ...(text.trim() === ''
        ? { body: mail.html ?? '', html: true }
        : { body: withoutArmour(text), html: false }),
      createdAt: header.time === 0 ? undefined : timeFact(header.time / 1000),
      attachments: mail.attachments.filter(({ related }) => related !== true).length,
      leftOut: whyNoMessage(mail, from.address, agent, isAgent),
    },
  };
}

/**
 * Web forms and mailing lists send a customer's words from an address of the house, to the house, and name the customer
 * for answers.
 */
function isOnBehalf(mail: Email, isAgent: IsAgent): boolean {
  const answers = (mail.replyTo ?? []).flatMap((one) => one.group ?? [one]);
  return (
    answers.length > 0 &&
    !answers.some((one) => isAgent(one)) &&
    recipientsOf(mail).every((one) => isAgent(one))
  );
}

function recipientsOf(mail: Email): { address?: string; name?: string }[] {
  return [...(mail.to ?? []), ...(mail.cc ?? [])].flatMap((one) => one.group ?? [one]);
}

function whyNoMessage(mail: Email, from: string, agent: boolean, isAgent: IsAgent): NoMessage | undefined {
  const headers = new Map(mail.headers.toReversed().map(({ key, value }) => [key, value]));
  const subject = mail.subject ?? '';
  if (isAutomaticMail(headers, from) || isAutomaticSubject(subject) || isCalendarSubject(subject))
    return 'automatic messages';
  const marked = markOf(headers);
  if (marked !== undefined) return marked;
  if (isEncrypted(headers.get('content-type') ?? '') || isEncryptedText(mail.text ?? ''))
    return 'encrypted messages';
  const recipients = recipientsOf(mail);
  // Agents among themselves.
  return agent && recipients.length > 0 && recipients.every((one) => isAgent(one))
    ? 'internal notes'
    : undefined;
}

/** Thunderbird's flag of mails that were deleted and still lie in the file until it is compacted. */
const expunged = 0x0008;

/** What the mailbox's owner or a program noted: exports of Gmail hold spam and drafts too. */
function markOf(headers: ReadonlyMap<string, string>): NoMessage | undefined {
  const labels = (headers.get('x-gmail-labels') ?? '').toLowerCase().split(/\s{0,3},\s{0,3}/);
  if (labels.includes('spam') || /^yes\b/i.test(headers.get('x-spam-flag')?.trim() ?? '')) return 'spam';
  if (labels.includes('drafts') || labels.includes('draft')) return 'drafts';
  if (labels.includes('trash')) return 'deleted messages';
  const status = Number.parseInt(headers.get('x-mozilla-status') ?? '', 16);
  return (status & expunged) !== 0 ? 'deleted messages' : undefined;
}

/** PGP/MIME (RFC 3156) and S/MIME (RFC 8551), whose signed messages may be sealed too: only detached signatures leave the text. */
function isEncrypted(contentType: string): boolean {
  return /^\s{0,10}(?:multipart\/encrypted|application\/(?:x-)?pkcs7-mime)\b/i.test(contentType);
}

function count(bytes: Buffer, text: string): number {
  let found = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found += 1;
  return found;
}
