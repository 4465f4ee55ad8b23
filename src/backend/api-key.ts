import { AttuneError } from '../base/errors.ts';

/**
 * The API key in an environment variable, without white space around it; `none` for a server without keys. Throws
 * AttuneError 'config' when the variable is not set, or holds what no HTTP header can carry.
 */
export function readApiKey(variable: string | undefined): string {
  if (variable === undefined) return 'none';
  // Whoever takes the setting for the key itself must not see it printed.
  if (!/^[A-Za-z_]\w*$/.test(variable))
    throw new AttuneError('config', 'What is named as the variable of the API key is no name of one.', {
      fix: 'Put the key into an environment variable, and give the name of the variable.',
    });
  const key = process.env[variable]?.trim() ?? '';
  if (key === '')
    throw new AttuneError('config', `The environment variable ${variable} is not set.`, {
      fix: `Put the server's API key into ${variable}.`,
    });
  const odd = key.search(/[^\x20-\x7e]/);
  if (odd >= 0)
    throw new AttuneError(
      'config',
      `The API key in ${variable} cannot be sent: its character ${odd + 1} of ${key.length} is a line break, a typographic quotation mark or the like.`,
      {
        fix: `Put the key into ${variable} as the vendor shows it, in one line and without quotation marks.`,
      },
    );
  return key;
}
