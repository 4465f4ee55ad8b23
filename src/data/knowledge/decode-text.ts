/** Bytes of a page as text, by its byte order mark or zeros (UTF-16), what it declares, or UTF-8. */
import { isUtf8 } from 'node:buffer';
import { utf16ByZeros } from '../../formats/text-chunks.ts';
import { NoPage } from './page.ts';

/** Where HTML declares its encoding (the HTML standard looks as far). */
const declaredWithin = 1024;
const headBytes = 4096;
const declaration = /<(?:meta|\?xml)\s[^<>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})/i;

/** Throws NoPage where the bytes are not in the encoding they claim. */
export function decodeText(bytes: Buffer): string {
  if (bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfeff || bytes.readUInt16BE(0) === 0xfffe))
    return decodeAs(bytes, bytes[0] === 0xfe ? 'utf-16be' : 'utf-16le');
  const zeros = utf16ByZeros(bytes.subarray(0, headBytes));
  if (zeros !== undefined) return decodeAs(bytes, zeros);
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\ufeff/, '');
  const declared = declaration.exec(bytes.toString('latin1', 0, declaredWithin))?.[1];
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) return decodeAs(bytes, declared);
  throw new NoPage('it is not UTF-8 and names no other encoding', { bad: true });
}

function decodeAs(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new NoPage(`it says that it is ${encoding}, which it is not`, { bad: true });
  }
}
