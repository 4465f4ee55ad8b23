import { AttuneError } from '../base/errors.ts';

/** The API key in an environment variable; `none` for a server without keys. Throws AttuneError 'config' when the variable is not set. */
export function readApiKey(variable: string | undefined): string {
  if (variable === undefined) return 'none';
  const key = process.env[variable];
  if (key) return key;
  throw new AttuneError('config', `The environment variable ${variable} is not set.`, {
    fix: `Put the server's API key into ${variable}.`,
  });
}
