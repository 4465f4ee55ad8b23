/** Mails whose text is not in the charset that they name. */
import { isUtf8 } from 'node:buffer';

/** Names that programs put on whatever they send. */
const lies =
  /(charset\s{0,3}=\s{0,3}"?)(?:us-ascii|ascii|iso-8859-1|windows-1252|unknown-8bit|x-unknown|default)(?=["\s;]|$)/gi;
const claimsUtf8 = /(charset\s{0,3}=\s{0,3}"?)utf-?8(?=["\s;]|$)/gi;
const beyondAscii = /[^\0-\x7f]/g;

/**
 * The mail with the charset that it seems to be in, where `text`, as it was read, cannot be right: bytes that are UTF-8
 * by another name, and text all of whose letters beyond ASCII were no UTF-8 although it says so. Undefined for a mail
 * that is as it says.
 */
export function otherCharset(bytes: Uint8Array, text: string): Uint8Array | undefined {
  const letters = text.match(beyondAscii);
  if (letters === null) return undefined;
  const raw = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const named = (pattern: RegExp, name: string): Uint8Array | undefined => {
    const whole = raw();
    const changed = whole.replace(pattern, `$1${name}`);
    return changed === whole ? undefined : Buffer.from(changed, 'latin1');
  };
  if (letters.every((letter) => letter === '\ufffd')) return named(claimsUtf8, 'windows-1252');
  return isUtf8(bytes) && bytes.some((byte) => byte > 127) ? named(lies, 'utf-8') : undefined;
}
