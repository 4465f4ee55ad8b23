/** Reads the object a model was asked for out of what it wrote. */
import type { z } from 'zod';
import { parseStrictJson } from '../../formats/strict-json.ts';

export type JsonAnswer<T> = { value: T; problem?: undefined } | { value?: undefined; problem: string };

const shownIssues = 5;

/**
 * The value, or what is wrong with it in words that help a model to mend it and that quote nothing of it. Takes JSON
 * alone, in a code fence, or with words around it, as servers give it that cannot be held to a schema.
 */
export function readJsonAnswer<T>(text: string, schema: z.ZodType<T>): JsonAnswer<T> {
  let first: JsonAnswer<T> | undefined;
  for (const object of findObjects(text)) {
    const answer = readObject(object, schema);
    if (answer.problem === undefined) return answer;
    first ??= answer;
  }
  return first ?? { problem: 'the answer holds no JSON object' };
}

function readObject<T>(object: string, schema: z.ZodType<T>): JsonAnswer<T> {
  const { value, error } = parseStrictJson(object);
  if (error !== undefined) return { problem: error };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues
    .slice(0, shownIssues)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the object'}: ${message}`);
  return { problem: `the JSON does not keep to the schema: ${issues.join('; ')}` };
}

/** Templates and quotations before the object are not many. */
const mostObjects = 20;

/**
 * What stands between braces, outermost ones only, after a model's thoughts; what is never closed goes to the end. Where
 * nothing stands after the thoughts, the end of thoughts may be a quotation: then from the beginning.
 */
function* findObjects(text: string): Generator<string> {
  const thoughtsEnd = text.lastIndexOf('</think>');
  let start = text.indexOf('{', Math.max(0, thoughtsEnd));
  if (start < 0) start = text.indexOf('{');
  for (let count = 0; start >= 0 && count < mostObjects; count++) {
    const end = endOfObject(text, start);
    yield text.slice(start, end);
    start = text.indexOf('{', end);
  }
}

/** Index behind the brace that closes the one at `start`; the length of the text where none does. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = endOfString(text, i);
    else if (char === '{') depth += 1;
    else if (char === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Index of the quote that closes the string opened at `start`, or the last index of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  return text.length - 1;
}
