import { AttuneError } from '../base/errors.ts';

export const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** An alias starts with a letter, so that it is never taken for a version number. */
export const aliasPattern = /^[a-z][a-z0-9_-]{0,63}$/;

/** What a user writes to mean a version: `name/3`, `name@champion` or `name`. */
export type Reference = { name: string; version?: number; alias?: string };

/** Throws AttuneError 'registry' when `text` has none of the three forms. */
export function parseReference(text: string): Reference {
  const match = /^([^/@]+)(?:\/(\d{1,9})|@([^/@]+))?$/.exec(text);
  const [, name = '', number, alias] = match ?? [];
  const valid = namePattern.test(name) && (alias === undefined || aliasPattern.test(alias)) && number !== '0';
  if (!valid) {
    throw new AttuneError('registry', `"${text}" does not name a registered model`, {
      fix: 'Write name/3 for a version, name@champion for an alias, or just the name.',
    });
  }
  if (number !== undefined) return { name, version: Number(number) };
  return alias === undefined ? { name } : { name, alias };
}
