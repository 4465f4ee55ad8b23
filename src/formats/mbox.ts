/** Mailboxes as one file (mbox, RFC 4155 and its relatives), and single messages. */
import { closeSync, openSync, readSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { readChunks } from './text-chunks.ts';

/** Where a message lies in its file, and its headers as far as they were kept. */
export type MailSlice = { offset: number; byteLength: number; line: number; head: Buffer };

const newline = 10;
const chunkBytes = 1024 * 1024;
/** Of a line only as much as the separator is told by; of a message only the headers, and not endless ones. */
const keptLineBytes = 300;
const keptHeadBytes = 256 * 1024;
/** "From ann@example.com Tue Mar 12 10:15:00 2024", where nobody writes a sentence: a time and a year. */
const separator = /^From \S{1,200} .{0,40}\d{1,2}:\d{2}.{0,40}\d{4}/;
/** The same in full, as the C library writes times (RFC 4155): with a header below it enough, where a program leaves the empty line out. */
const fullSeparator =
  /^From \S{1,200} {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} {1,2}\d{1,2} \d{1,2}:\d{2}(?::\d{2})?(?: [A-Z+-][A-Z0-9]{1,5})? \d{4}\s*$/;
const nothing = Buffer.alloc(0);
const lineBreak = Buffer.from('\n');
const headerLine = /^[!-9;-~]{1,100}:/;

/**
 * The messages of an mbox file, or the one message of any other file that begins with a header, in memory bounded by
 * the headers of one message. Throws AttuneError 'data' when the file is neither.
 */
export async function* readMailSlices(path: string): AsyncGenerator<MailSlice> {
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  let lineHead: Buffer = nothing;
  let lineBytes = 0;
  let afterBlank = true;
  let likely: { offset: number; line: number } | undefined;
  let current:
    | { offset: number; line: number; head: Buffer[]; headBytes: number; inHead: boolean }
    | undefined;

  const begin = (at: number, onLine: number): void => {
    current = { offset: at, line: onLine, head: [], headBytes: 0, inHead: true };
  };
  const finish = (end: number): MailSlice => {
    const { offset: start, line: first, head } = current!;
    return { offset: start, byteLength: end - start, line: first, head: Buffer.concat(head) };
  };
  const isBlank = (): boolean =>
    lineBytes === 0 || (lineBytes <= 2 && lineHead.toString('latin1').trim() === '');

  for await (const chunk of readChunks(path, chunkBytes)) {
    if (offset === 0) refuseCarriageReturns(chunk, path);
    for (let at = 0; at < chunk.length;) {
      const found = chunk.indexOf(newline, at);
      const end = found < 0 ? chunk.length : found + 1;
      const part = chunk.subarray(at, end);
      if (lineHead.length < keptLineBytes) {
        const more = part.subarray(0, keptLineBytes - lineHead.length);
        lineHead = lineHead.length === 0 ? more : Buffer.concat([lineHead, more]);
      }
      lineBytes += part.length;
      // A header may be longer than a line's start, so it is kept part by part.
      if (current?.inHead && current.headBytes < keptHeadBytes) {
        current.head.push(part.subarray(0, keptHeadBytes - current.headBytes));
        current.headBytes += part.length;
      }
      at = end;
      if (found < 0) continue;
      const text = lineHead[0] === 0x46 || likely ? lineHead.toString('latin1') : '';
      if (likely && current && headerLine.test(text)) {
        yield finish(likely.offset);
        begin(lineStart, likely.line);
        current.head.push(lineHead, lineHead.length < lineBytes ? lineBreak : nothing);
      }
      likely =
        !afterBlank && current?.inHead === false && fullSeparator.test(text)
          ? { offset: lineStart, line }
          : undefined;
      const isSeparator = afterBlank && separator.test(text);
      if (isSeparator) {
        if (current) yield finish(lineStart);
        begin(lineStart + lineBytes, line);
      } else if (current === undefined) {
        if (!isBlank()) {
          checkHeader(lineHead.toString('latin1'), path);
          begin(lineStart, line);
          current!.head.push(lineHead);
          current!.headBytes = lineHead.length;
        }
      } else if (current.inHead && isBlank()) current.inHead = false;
      afterBlank = isBlank();
      lineStart += lineBytes;
      line += 1;
      lineHead = nothing;
      lineBytes = 0;
    }
    offset += chunk.length;
  }
  if (current) yield finish(offset);
  else if (lineBytes > 0) {
    checkHeader(lineHead.toString('latin1'), path);
    yield { offset: 0, byteLength: offset, line: 1, head: lineHead };
  }
}

/** Macs before 2001 ended lines so. */
function refuseCarriageReturns(start: Buffer, path: string): void {
  if (start.includes(newline) || !start.includes(13)) return;
  throw new AttuneError('data', `the lines of ${path} end with carriage returns alone`, {
    fix: "Convert them: tr '\\r' '\\n' < old > new",
  });
}

function checkHeader(text: string, path: string): void {
  if (headerLine.test(text.replace(/^\u00ef\u00bb\u00bf/, ''))) return;
  throw new AttuneError(
    'data',
    `${path} begins neither as a mailbox ("From ...") nor as a message ("Subject: ...")`,
    {
      fix: 'A mail source is an mbox file, or .eml files with the raw message, headers first.',
    },
  );
}

/**
 * The bytes of a message. In a mailbox a line ">From " stood as "From " in the message; one ">" is taken away.
 * Synchronous: most messages are so small that a promise takes longer than the disk.
 */
export function readMailBytes(
  path: string,
  { offset, byteLength }: Pick<MailSlice, 'offset' | 'byteLength'>,
  mailbox: boolean,
): Buffer {
  const bytes = Buffer.alloc(byteLength);
  try {
    const file = openSync(path, 'r');
    try {
      for (let at = 0; at < byteLength;) {
        const read = readSync(file, bytes, at, byteLength - at, offset + at);
        if (read === 0) break;
        at += read;
      }
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw storageError(path, cause);
  }
  if (!mailbox || !bytes.includes('>From ')) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
}
