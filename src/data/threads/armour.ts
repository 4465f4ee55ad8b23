/** Mails whose text is sealed or signed within the text: OpenPGP's ASCII armour (RFC 9580, sections 6 and 7). */

const signedBegin = '-----BEGIN PGP SIGNED MESSAGE-----\n';
const signatureBegin = '-----BEGIN PGP SIGNATURE-----';
const signatureEnd = '-----END PGP SIGNATURE-----';

/** Whether a message is nothing but an encrypted one. */
export function isEncryptedText(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN PGP MESSAGE-----');
}

/** A signed text without what the signature puts around it, and without the "- " in front of its lines of hyphens. */
export function withoutArmour(text: string): string {
  const plain = text.replace(/\r\n?/g, '\n');
  const begin = plain.indexOf(signedBegin);
  const headers = begin + signedBegin.length;
  const body = plain.indexOf('\n\n', headers - 1);
  const signature = plain.indexOf(`\n${signatureBegin}`, body);
  if (begin < 0 || body < 0 || signature < 0) return text;
  const end = plain.indexOf(signatureEnd, signature);
  const below = end < 0 ? '' : plain.slice(end + signatureEnd.length);
  const signed = plain.slice(Math.min(body + 2, signature), signature).replace(/^- /gm, '');
  return `${plain.slice(0, begin)}${signed}\n${below}`;
}
