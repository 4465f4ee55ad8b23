import { z } from 'zod';

/** The address of a server that is asked over HTTP: what clients put a path behind, and no secret. */
export const serverUrl = z.url({ protocol: /^https?$/ }).superRefine((text, context) => {
  const url = URL.parse(text);
  if (url === null) return;
  if (url.username !== '' || url.password !== '')
    context.addIssue({
      code: 'custom',
      message: 'no name and password in an address: name the variable of the key in api_key_env',
    });
  if (url.search !== '' || url.hash !== '')
    context.addIssue({ code: 'custom', message: 'an address ends before "?" and "#"' });
});
