import { counted } from '../../base/number-text.ts';
import { alternatives, asWholeWords } from '../../text/alternatives.ts';
import type { EntitiesConfig } from '../config/text.ts';
import type { Example, Message, RejectedReply } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import type { RecordRule } from '../rule.ts';

/** All names of the list, in every way in which they are written. */
export function entityNames({ names }: EntitiesConfig): string[] {
  return names.flatMap(({ name, variants }) => [name, ...variants]);
}

/** What is left as it stands: code, and addresses, in which a name is part of something else. */
const untouched = /```[^]*?```|`[^`\n]{0,500}`|https?:\/\/[^\s<>"']{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}/g;

/**
 * Writes names of products and addresses on the web in one way: each variant (whole words, case ignored) becomes the
 * name, each address that begins with an old one begins with the new one.
 */
export function entities({ names, urls }: EntitiesConfig): RecordRule {
  const standard = new Map<string, string>();
  for (const { name, variants } of names)
    for (const variant of [name, ...variants]) standard.set(variant.toLowerCase(), name);
  const variantPattern = alternatives([...standard.keys()], 'giv', asWholeWords);
  const addresses = [...urls].sort((a, b) => b.from.length - a.from.length);
  const addressPattern = alternatives(
    addresses.map(({ from }) => from),
    'gi',
  );

  const renameIn = (text: string): string =>
    variantPattern === undefined
      ? text
      : outside(text, untouched, (part) =>
          part.replace(variantPattern, (found) => standard.get(found.toLowerCase()) ?? found),
        );
  const redirect = (text: string): string =>
    addressPattern === undefined
      ? text
      : text.replace(addressPattern, (found) => {
          const one = addresses.find(({ from }) => from.toLowerCase() === found.toLowerCase());
          return one?.to ?? found;
        });

  return {
    name: 'entities',
    decide: (example): Verdict => {
      let changed = 0;
      const clean = <T extends Message | RejectedReply>(text: T): T => {
        const content = renameIn(redirect(text.content));
        if (content === text.content) return text;
        changed += 1;
        return { ...text, content };
      };
      const messages = example.messages.map((one): Message => {
        if (one.role === 'system' || one.role === 'tool') return one;
        return one.rejected ? { ...clean(one), rejected: one.rejected.map(clean) } : clean(one);
      });
      if (changed === 0) return { example };
      const result: Example = { ...example, messages };
      const reason = `wrote names in one way in ${counted(changed, 'text')}`;
      return { example: result, changes: [{ reason, kind: 'wrote names in one way' }] };
    },
  };
}

/** Applies `change` to what lies between the matches of `pattern`. */
function outside(text: string, pattern: RegExp, change: (part: string) => string): string {
  let result = '';
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    result += change(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return result + change(text.slice(at));
}
