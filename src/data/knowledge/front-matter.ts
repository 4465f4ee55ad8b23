/** The block of facts at the head of a Markdown page, in YAML between `---` or in TOML between `+++`. */
import { isRecord } from '../../base/json.ts';

export type FrontMatter = {
  facts: Record<string, unknown>;
  /** The page without it. */
  body: string;
  /** Why the facts could not be read, where there are any. */
  error?: string;
};

/** The YAML parser's time grows with the square of some texts; at this length it is half a second. */
const mostCharacters = 32 * 1024;

/** Never throws: a page whose facts cannot be read still has its text. */
export async function readFrontMatter(text: string): Promise<FrontMatter> {
  const fence = text.startsWith('---\n') ? '---' : text.startsWith('+++\n') ? '+++' : undefined;
  if (fence === undefined) return { facts: {}, body: text };
  const end = text.indexOf(`\n${fence}`, fence.length);
  const after = end + 1 + fence.length;
  if (end < 0 || !/^[ \t]{0,10}(?:\n|$)/.test(text.slice(after, after + 11)))
    return { facts: {}, body: text };
  const head = text.slice(fence.length + 1, Math.max(end, fence.length + 1));
  const body = text.slice(after).replace(/^[ \t]*\n?/, '');
  if (head.length > mostCharacters)
    return { facts: {}, body, error: 'its front matter is too long to be facts' };
  if (fence === '+++') return { facts: tomlFacts(head), body };
  const { parse } = await import('yaml');
  try {
    const facts = parse(head, { maxAliasCount: 20, logLevel: 'error' }) as unknown;
    return { facts: isRecord(facts) ? facts : {}, body };
  } catch {
    return { facts: {}, body, error: 'its front matter is not valid YAML' };
  }
}

/** The plain texts of the top table, which is where titles and addresses stand; other TOML has no use here. */
function tomlFacts(head: string): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const line of head.split('\n')) {
    if (line.startsWith('[')) break;
    const match = /^([\w-]{1,60})[ \t]{0,20}=[ \t]{0,20}(?:"([^"]{0,1000})"|'([^']{0,1000})')/.exec(line);
    if (match) facts[match[1]!] = match[2] ?? match[3] ?? '';
  }
  return facts;
}
