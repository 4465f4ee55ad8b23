/**
 * Links and e-mail addresses of a text, as they can be looked for in another one: in lower case, without scheme, "www."
 * and what ends a sentence. A bare domain may be a name ("Login.gov"); with a path it is a link.
 */
export function addressesIn(text: string): string[] {
  return [...text.normalize('NFKC').toLowerCase().matchAll(address)].map(([found]) =>
    found.replace(/^(?:https?:\/\/)?(?:www\.)?/, '').replace(/[/.,;:!?'*_~-]{1,10}$/, ''),
  );
}

const linkCharacter = String.raw`[^\s<>"()\[\]{}|\\^\u0060]`;
const address = new RegExp(
  [
    `https?://${linkCharacter}{1,500}`,
    String.raw`(?<![\w.@-])www\.${linkCharacter}{1,500}`,
    String.raw`(?<![\w.+%-])[\w.+%-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}`,
    String.raw`(?<![\w.@/-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,10}/${linkCharacter}{1,500}`,
  ].join('|'),
  'g',
);
