import { createHash } from 'node:crypto';
import type { Recogniser } from './recogniser.ts';

/** Bitcoin's base58check, its bech32, and Ethereum's form. */
const candidate =
  /(?<![\p{L}\p{N}_/.=+-])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}|0x[0-9a-fA-F]{40})(?![\p{L}\p{N}_/=+-])/gu;
const some = /[13][1-9A-HJ-NP-Za-km-z]{25}|bc1|0x[0-9a-fA-F]{8}/;
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const base32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Addresses of wallets: Bitcoin's by their checksums, Ethereum's by form. What they hold is open to all who know them. */
export const wallets: Recogniser = {
  types: ['ACCOUNT'],
  readsForms: true,
  needsDigit: true,
  find: (text) => {
    if (!some.test(text)) return [];
    return [...text.matchAll(candidate)].flatMap(({ 0: found, index }) =>
      found.startsWith('0x') || (found.startsWith('bc1') ? isBech32(found) : isBase58Check(found))
        ? [{ type: 'ACCOUNT' as const, start: index, end: index + found.length, confidence: 0.95 }]
        : [],
    );
  },
};

/** 25 bytes, the last four of which begin the double SHA-256 of the others. */
function isBase58Check(value: string): boolean {
  let number = 0n;
  for (const character of value) number = number * 58n + BigInt(base58.indexOf(character));
  const bytes = Buffer.from(number.toString(16).padStart(50, '0'), 'hex');
  if (bytes.length !== 25) return false;
  const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

/** The checksum of BIP 173 and BIP 350 (1, or 0x2bc830a3 from version 1 on) of the prefix "bc". */
function isBech32(value: string): boolean {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  const prefix = [3, 3, 0, 2, 3];
  let check = 1;
  for (const five of [...prefix, ...Array.from(value.slice(3), (one) => base32.indexOf(one))]) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ five;
    generators.forEach((generator, i) => {
      if (((top >>> i) & 1) === 1) check ^= generator;
    });
  }
  return check === 1 || check === 0x2bc830a3;
}
