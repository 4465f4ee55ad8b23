/** What every section says that names a server. Where a secret may stand by mistake, the value found is not shown. */
import { z } from 'zod';

/** The address of a server that is asked over HTTP: what clients put a path behind, and no secret. */
export const serverUrl = z.url({ protocol: /^https?$/ }).superRefine((text, context) => {
  const url = URL.parse(text);
  if (url === null) return;
  const refuse = (message: string): void =>
    context.addIssue({ code: 'custom', message, params: { hidden: true } });
  if (url.username !== '' || url.password !== '')
    refuse('no name and password in an address: name the variable of the key in api_key_env');
  if (url.search !== '' || url.hash !== '') refuse('an address ends before "?" and "#"');
});

/** The name of the environment variable that holds the API key. */
export const keyVariable = z
  .string()
  .min(1)
  .superRefine((name, context) => {
    if (!/^[A-Za-z_]\w*$/.test(name))
      context.addIssue({
        code: 'custom',
        message:
          'expected the name of an environment variable, such as MY_API_KEY, and not the key itself: letters, digits and "_"',
        params: { hidden: true },
      });
  });
