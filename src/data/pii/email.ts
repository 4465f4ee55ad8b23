import { bareEmails } from './bare-email.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';
import { commonEndings } from './top-level-domains.ts';

const localEnd = /[\p{L}\p{N}._%+'-]{1,64}$/u;
const domain =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,24})(?![\p{L}\p{N}_-])/iu;
/** scheme://user:password, which secret.ts masks. */
const inUrl = /:\/\/[^\s/@:]{1,40}:[^\s/@]{0,60}$/;
/** The sign as web addresses, HTML and JSON write it. */
const encodedAt = /%40|&#0{0,4}64;|&commat;|\\u0040/gi;
/** "jo (at) shop (dot) example", "jo at shop dot example": the word dot, and an ending that domains have, tell it from a sentence. */
const spelledAt = /(?: ?[([{] ?at ?[)\]}] ?| at )/gi;
const spelledDomain =
  /^[\p{L}\p{N}-]{1,63}(?:(?: ?[([{] ?dot ?[)\]}] ?| dot |\.)[\p{L}\p{N}-]{1,63}){0,3}(?: ?[([{] ?dot ?[)\]}] ?| dot )\p{L}{2,24}(?![\p{L}\p{N}_-])/iu;

/** E-mail addresses, looked for around each "@" so that long texts cost linear time. */
export const emails: Recogniser = {
  types: ['EMAIL'],
  readsForms: true,
  find: (text) => {
    const spans: PiiSpan[] = bareEmails(text);
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1))
      addAround(spans, text, { at, length: 1, host: domain });
    for (const match of text.matchAll(encodedAt))
      addAround(spans, text, { at: match.index, length: match[0].length, host: domain });
    if (/dot/i.test(text))
      for (const match of text.matchAll(spelledAt))
        addAround(spans, text, { at: match.index, length: match[0].length, host: spelledDomain });
    return spans;
  },
};

/** The address whose "@" stands at `at`, if what stands on both sides can be one. */
function addAround(
  spans: PiiSpan[],
  text: string,
  { at, length, host }: { at: number; length: number; host: RegExp },
): void {
  const left = text.slice(Math.max(0, at - 64), at);
  if (inUrl.test(left)) return;
  const local = localEnd.exec(left)?.[0].replace(/^[.'-]+/, '');
  const found = local ? host.exec(text.slice(at + length, at + length + 254))?.[0] : undefined;
  if (local && found && (host === domain || commonEndings.has(/\p{L}+$/u.exec(found)![0].toLowerCase())))
    spans.push({
      type: 'EMAIL',
      start: at - local.length,
      end: at + length + found.length,
      confidence: length === 1 ? 1 : 0.8,
    });
}
