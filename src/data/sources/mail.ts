/** Mail: an mbox file or .eml files. A first reading of the headers finds the threads, a second reads one at a time. */
import { addressOf, messageIds, parseMailDate, parseMailHeaders } from '../../formats/mail-headers.ts';
import { type MailSlice, readMailSlices } from '../../formats/mbox.ts';
import { type SourceConfig, sourceName } from '../config/sources.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { agentMatcher, type IsAgent } from '../threads/agents.ts';
import { groupMail, type MailHeader } from '../threads/group-mail.ts';
import { type HtmlReader, loadHtmlReader } from '../threads/html-body.ts';
import { baseSubject, type Post, toConversation } from '../threads/thread.ts';
import { factsOf } from './record-values.ts';
import { fileEndings, listSourceFiles, refusalOf, type SourceFile } from './source-files.ts';
import { finishExample } from './finish-example.ts';
import { type ParseMail, readMailPost } from './mail-post.ts';
import { type Place, placeText, type SourceContext, type SourceItem } from './source.ts';

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
  parse: ParseMail;
};

export async function* readMail(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  const { default: PostalMime, decodeWords } = await import('postal-mime');
  const files = await listSourceFiles(config.mail!, context.projectFolder, fileEndings.mail!);
  const entries: Entry[] = [];
  const numberOf = numbering();
  const isAgent = agentMatcher(config.agents ?? []);
  for (const file of files) {
    const mailbox = !/\.eml$/i.test(file.path);
    const before = entries.length;
    try {
      for await (const { head, ...slice } of readMailSlices(file.path)) {
        throwIfInterrupted(context.signal);
        entries.push({ file, slice, mailbox, header: mailHeader(head, { decodeWords, numberOf, isAgent }) });
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
    isAgent,
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
    const { file, slice, mailbox, header } = entry;
    const read = await readMailPost({ path: file.path, slice, mailbox }, header.time, tools);
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
  {
    decodeWords,
    numberOf,
    isAgent,
  }: { decodeWords: (text: string) => string; numberOf: (text: string) => number; isAgent: IsAgent },
): MailHeader {
  const fields = parseMailHeaders(head);
  const recipients = `${fields.get('to') ?? ''},${fields.get('cc') ?? ''}`.slice(0, 4000).split(',');
  const people = [addressOf(fields.get('from')), ...recipients.slice(0, rememberedPeople).map(addressOf)];
  const named = [...new Set(people)].filter((address) => address !== '');
  const customers = named.filter((address) => !isAgent({ address }));
  const id = messageIds(fields.get('message-id'))[0];
  const references = [...messageIds(fields.get('in-reply-to')), ...messageIds(fields.get('references'))];
  const subject = decodeWords((fields.get('subject') ?? '').slice(0, longestSubject));
  return {
    id: id === undefined ? undefined : numberOf(id),
    references: references.map(numberOf),
    subject: detached(subject),
    time: parseMailDate(fields.get('date')) ?? 0,
    people: (customers.length > 0 ? customers : named).map(numberOf),
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
