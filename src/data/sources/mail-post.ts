/** One mail as a contribution to a thread: its text, who wrote it, and whether it is one. */
import type { Email } from 'postal-mime';
import { otherCharset } from '../../formats/mail-charset.ts';
import { type MailSlice, readMailBytes } from '../../formats/mbox.ts';
import type { IsAgent } from '../threads/agents.ts';
import { isEncryptedText, withoutArmour } from '../threads/armour.ts';
import { isAutomaticMail, isAutomaticSubject, isCalendarSubject } from '../threads/automatic.ts';
import type { NoMessage, Post } from '../threads/thread.ts';
import { timeFact } from './record-values.ts';

/** Attachments count: mail servers let through 25 MB, which base64 makes 34. */
const longestMailBytes = 40 * 1024 * 1024;
/** More parts than any mail program makes; each costs memory before the message is seen. */
const mostParts = 20_000;
const mostMultiparts = 200;

export type ParseMail = (bytes: Uint8Array) => Promise<Email>;

export type MailPlace = { path: string; slice: Pick<MailSlice, 'offset' | 'byteLength'>; mailbox: boolean };

export type ReadPost = { post: Post; subject: string | undefined; fault?: undefined } | { fault: string };

/** The mail at a place; `time` is that of its Date field, in milliseconds, 0 where it has none. */
export async function readMailPost(
  { path, slice, mailbox }: MailPlace,
  time: number,
  { parse, isAgent }: { parse: ParseMail; isAgent: IsAgent },
): Promise<ReadPost> {
  if (slice.byteLength > longestMailBytes)
    return { fault: `the message is ${slice.byteLength} bytes long, over the limit` };
  const bytes = readMailBytes(path, slice, mailbox);
  const parts = count(bytes, '\n--');
  const multiparts = count(bytes, 'oundary=') + count(bytes, 'OUNDARY=');
  if (multiparts > 0 && parts > mostParts) return { fault: `the message has ${parts} parts, over the limit` };
  if (multiparts > mostMultiparts)
    return { fault: `the message has ${multiparts} multiparts, over the limit` };
  let mail: Email;
  try {
    mail = await parse(bytes);
    const other = otherCharset(bytes, bodyOf(mail).body);
    const again = other === undefined ? mail : await parse(other);
    if (!bodyOf(again).body.includes('\ufffd')) mail = again;
  } catch (cause) {
    return { fault: `not a readable message: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
  const from = { address: mail.from?.address ?? '', name: mail.from?.name ?? '' };
  const agent = isAgent(from) && !isOnBehalf(mail, isAgent);
  return {
    subject: mail.subject,
    post: {
      author: agent ? 'agent' : 'customer',
      ...bodyOf(mail),
      createdAt: time === 0 ? undefined : timeFact(time / 1000),
      attachments: mail.attachments.filter(({ related }) => related !== true).length,
      leftOut: whyNoMessage(mail, from.address, agent, isAgent),
    },
  };
}

/** What programs write in the plain part of a mail that has its words in the HTML part alone. */
const placeholder =
  /^[^\n]{0,200}\b(?:html|rich text)\b[^\n]{0,200}\b(?:client|program|programm|reader|viewer|browser|compatible|support|capable|unterstützt)/i;

function bodyOf({ text = '', html = '' }: Email): { body: string; html: boolean } {
  const plain = text.trim();
  const says = plain !== '' && (html.trim() === '' || plain.length > 400 || !placeholder.test(plain));
  return says ? { body: withoutArmour(text), html: false } : { body: html, html: true };
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
