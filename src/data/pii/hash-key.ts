/** The key of the strategy hash: from the environment alone, and known elsewhere only by a fingerprint. */
import { createHmac } from 'node:crypto';
import { AttuneError } from '../../base/errors.ts';
import type { PiiConfig } from '../config/pii.ts';

/** Environment variable with the key. */
const hashKeyVariable = 'ATTUNE_PII_KEY';
const leastCharacters = 16;
const fingerprintCharacters = 16;
/** Masking hashes `TYPE\nvalue`, and no type is written like this: the fingerprint is nobody's hash. */
const fingerprintLabel = 'which key';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The key, or undefined when no type is hashed. Throws AttuneError 'config' when it is missing or short; never says it. */
export function readHashKey(
  { strategy, types }: PiiConfig,
  environment: Environment = process.env,
): string | undefined {
  if (strategy !== 'hash' && !Object.values(types).includes('hash')) return undefined;
  const key = environment[hashKeyVariable] ?? '';
  if (key.length >= leastCharacters) return key;
  const state = key === '' ? 'is not set' : `has fewer than ${leastCharacters} characters`;
  throw new AttuneError('config', `curate.pii hashes personal data, and ${hashKeyVariable} ${state}`, {
    fix: `Set ${hashKeyVariable} to a secret of at least ${leastCharacters} characters, the same in every run, or take another strategy.`,
  });
}

/**
 * Tells keys apart without leading back to one: what was hashed under another key is other data. Undefined when no type
 * is hashed. Throws as readHashKey does.
 */
export function hashKeyFingerprint(config: PiiConfig): string | undefined {
  const key = readHashKey(config);
  return key === undefined
    ? undefined
    : createHmac('sha256', key).update(fingerprintLabel).digest('hex').slice(0, fingerprintCharacters);
}
