/** Questions in a page's JSON-LD (schema.org's FAQPage). */
import { isRecord } from '../../base/json.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';
import { htmlBlocks } from './html-blocks.ts';
import { isText, joinBlocks, type QuestionAndAnswer } from './page.ts';

const mostCharacters = 2_000_000;
const deepest = 20;

/** https://schema.org/FAQPage: `mainEntity` holds Questions, each with an `acceptedAnswer` whose `text` may be HTML. */
export async function questionsInJsonLd(text: string): Promise<QuestionAndAnswer[]> {
  if (text.length > mostCharacters) return [];
  const { value, error } = parseStrictJson(text);
  if (error !== undefined) return [];
  const found: QuestionAndAnswer[] = [];
  for (const page of pagesIn(value, 0))
    for (const entity of listOf(page['mainEntity'])) {
      const question = isRecord(entity) ? entity['name'] : undefined;
      const accepted = isRecord(entity) ? listOf(entity['acceptedAnswer'])[0] : undefined;
      const answer = isRecord(accepted) ? accepted['text'] : undefined;
      if (typeof question !== 'string' || typeof answer !== 'string') continue;
      found.push({ question: await plainText(question), answer: await plainText(answer) });
    }
  return found;
}

/** Objects of type FAQPage, wherever they stand. */
function pagesIn(value: unknown, depth: number): Record<string, unknown>[] {
  if (depth > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((one) => pagesIn(one, depth + 1));
  if (!isRecord(value)) return [];
  if (listOf(value['@type']).includes('FAQPage')) return [value];
  return Object.values(value).flatMap((one) => pagesIn(one, depth + 1));
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

async function plainText(html: string): Promise<string> {
  const { blocks } = await htmlBlocks(html);
  return joinBlocks(blocks.filter(isText));
}
