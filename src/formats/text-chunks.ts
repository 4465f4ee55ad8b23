/** The bytes of a text file as UTF-8, whatever encoding it is in. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';

/** Encodings by their names in the WHATWG Encoding Standard. */
export const textEncodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'iso-8859-2',
  'iso-8859-15',
  'koi8-r',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'euc-kr',
] as const;
export type TextEncoding = (typeof textEncodings)[number];

/** Why a line is none: the readers of sources take an `encoding`. */
export const notUtf8 = 'not UTF-8; set encoding to that of the file';

/** A byte of another encoding becomes three bytes of UTF-8 at most. */
const growth = 3;

/**
 * Streams a text file in chunks of at most `chunkBytes`, without its byte order mark. Without a given encoding it is
 * UTF-8, or UTF-16 where a byte order mark or zeros between the letters say so; UTF-8 is handed on unchecked. Bytes that another encoding does not
 * have become U+FFFD. Throws AttuneError 'storage' when the file cannot be read and 'data' when it is compressed.
 */
export async function* readTextChunks(
  path: string,
  { encoding, chunkBytes = 1024 * 1024 }: { encoding?: TextEncoding; chunkBytes?: number } = {},
): AsyncGenerator<Buffer> {
  const from = await encodingOf(path, encoding);
  if (from !== 'utf-8') return yield* transcode(path, from, Math.max(1, Math.floor(chunkBytes / growth)));
  let atStart = true;
  for await (const chunk of readChunks(path, chunkBytes)) {
    const marked = atStart && chunk.length >= 3 && chunk.readUIntBE(0, 3) === 0xefbbbf;
    atStart = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

async function* transcode(path: string, encoding: TextEncoding, chunkBytes: number): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of readChunks(path, chunkBytes)) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield Buffer.from(text);
  }
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}

/** The bytes of a file as they are. Throws AttuneError 'storage' when it cannot be read. */
export async function* readChunks(path: string, chunkBytes: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Buffer;
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** As much of a file as tells whether it is UTF-16. */
const headBytes = 4096;

async function encodingOf(path: string, configured: TextEncoding | undefined): Promise<TextEncoding> {
  let head = Buffer.alloc(headBytes);
  try {
    const file = await open(path, 'r');
    try {
      head = head.subarray(0, (await file.read(head, 0, headBytes, 0)).bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw storageError(path, cause);
  }
  if (head.length < 2) return configured ?? 'utf-8';
  const refuse = (what: string, fix: string): never => {
    throw new AttuneError('data', `${path} is ${what}, not text`, { fix });
  };
  const first = head.readUInt16BE(0);
  if (first === 0x1f8b) refuse('compressed with gzip', 'Unpack it first: gunzip.');
  if (first === 0x504b && head[2] === 3)
    refuse('a ZIP archive or an office document', 'Unpack it, or export it as CSV or JSON.');
  if (configured !== undefined) return configured;
  if (first === 0xfffe) return 'utf-16le';
  return first === 0xfeff ? 'utf-16be' : (utf16ByZeros(head) ?? 'utf-8');
}

/**
 * The byte order of UTF-16 whose mark is missing, by the first bytes: text in other encodings has no zeros, and in UTF-16
 * every Latin letter has one.
 */
export function utf16ByZeros(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2]! += 1;
  const [even = 0, odd = 0] = zeros;
  const many = head.length / 20;
  if (head[1] === 0 && even === 0 && odd > many) return 'utf-16le';
  return head[0] === 0 && odd === 0 && even > many ? 'utf-16be' : undefined;
}
