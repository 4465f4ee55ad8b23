/** What zod found wrong, as sentences: the setting, the value found, what is allowed, the nearest right spelling. */
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { allowedKeys, type JsonSchema } from './schema.ts';
import type { Path } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** `at` is where to point: at the key (a setting that should not be there) or at the value. */
export type Problem = { path: Path; at: 'key' | 'value'; message: string };

/** All problems of `value`, in no particular order. */
export function describeIssues(issues: readonly Issue[], value: unknown, schema: JsonSchema): Problem[] {
  const flat = issues.flatMap((issue) => flatten(issue, value, []));
  const misspelt = new Set<string>();
  const unknown = flat.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(issue, key, value, schema, misspelt))
      : [],
  );
  const others = flat
    .filter((issue) => issue.code !== 'unrecognized_keys')
    // A missing setting that is there under a misspelt name is one mistake, not two.
    .filter((issue) => !misspelt.has(JSON.stringify(issue.path)))
    .map((issue) => describeIssue(issue, value));
  return [...unknown, ...others];
}

function unknownKey(
  issue: Issue,
  key: string,
  value: unknown,
  schema: JsonSchema,
  misspelt: Set<string>,
): Problem {
  const parent = issue.path as Path;
  const allowed = allowedKeys(schema, parent);
  const present = Object.keys((valueAt(value, parent) as object | undefined) ?? {});
  const guess = nearest(
    key,
    allowed.filter((name) => !present.includes(name)),
  );
  if (guess !== undefined) misspelt.add(JSON.stringify([...parent, guess]));
  const elsewhere = sectionsWith(schema, key).filter((section) => section !== parent.join('.'));
  const advice =
    guess !== undefined
      ? `; did you mean ${guess}?`
      : elsewhere.length > 0
        ? `; it belongs under ${elsewhere.join(' or ')}`
        : '';
  return {
    path: [...parent, key],
    at: 'key',
    message: `unknown setting${advice}${allowed.length > 0 ? ` (allowed here: ${allowed.join(', ')})` : ''}`,
  };
}

/** Top-level sections that have a setting named `key`. */
function sectionsWith(schema: JsonSchema, key: string): string[] {
  return allowedKeys(schema, []).filter((section) => allowedKeys(schema, [section]).includes(key));
}

function describeIssue(issue: Issue, value: unknown): Problem {
  const path = issue.path as Path;
  const found = valueAt(value, path);
  // Written beside the setting as a whole sentence.
  if (issue.code === 'custom') {
    const plain = found !== null && typeof found !== 'object' && found !== undefined;
    // What may be a secret is not repeated.
    if (!plain || issue.params?.['hidden'] === true) return { path, at: 'value', message: issue.message };
    return { path, at: 'value', message: `found ${show(found)}: ${issue.message}` };
  }
  if (found === undefined) return { path, at: 'value', message: `missing; expected ${expectation(issue)}` };
  const message = `found ${show(found)}, expected ${expectation(issue)}${guessValue(issue, found)}`;
  return { path, at: 'value', message };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small': {
      const limit = Number(issue.minimum);
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${limit}${unit(issue.origin, limit)}`;
    }
    case 'too_big': {
      const limit = Number(issue.maximum);
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${limit}${unit(issue.origin, limit)}`;
    }
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionExpectation(issue);
    case 'invalid_format':
      // A pattern's message is written beside the setting; zod's own only names the format.
      return issue.message.startsWith('Invalid ')
        ? (formatNames[issue.format] ?? `a valid ${issue.format}`)
        : issue.message;
    default:
      return issue.message;
  }
}

function unionExpectation(issue: Issue & { code: 'invalid_union' }): string {
  if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const branches = issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectation));
  return branches.length > 0 ? [...new Set(branches)].join(', or ') : 'something else';
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (settings, one a line, indented)',
  record: 'a mapping',
};

const formatNames: Record<string, string> = { url: 'a URL such as http://localhost:8000/v1' };

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;

function unit(origin: string, count: number): string {
  if (origin === 'array' || origin === 'set') return count === 1 ? ' item' : ' items';
  if (origin === 'string') return count === 1 ? ' character' : ' characters';
  return '';
}

function guessValue(issue: Issue, found: unknown): string {
  const allowed =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)
        ? issue.options
        : undefined;
  if (typeof found === 'string' && allowed !== undefined) {
    const guess = nearest(found, allowed.map(String));
    return guess === undefined ? '' : `; did you mean ${guess}?`;
  }
  if (issue.code !== 'invalid_type' || typeof found !== 'string') return '';
  if (issue.expected === 'boolean' && /^(yes|no|on|off)$/i.test(found))
    return '; YAML 1.2 writes true and false';
  const numeric =
    ['number', 'int'].includes(issue.expected) && found.trim() !== '' && !Number.isNaN(Number(found));
  return numeric ? '; take the quotes away' : '';
}

/** Replaces a failed choice between alternatives by the issues of the alternative that was most likely meant. */
function flatten(issue: Issue, root: unknown, prefix: Path): Issue[] {
  const path = [...prefix, ...(issue.path as Path)];
  const placed = { ...issue, path } as Issue;
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [placed];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => flatten(inner, root, path)));
  const ranked = branches.map((branch) => ({ branch, cost: branchCost(branch, root, path.length) }));
  ranked.sort((a, b) => a.cost - b.cost);
  const best = ranked[0]!;
  return best.cost >= wrongKind ? [placed] : best.branch;
}

const wrongKind = 1000;

/** Settings the alternative does not know count most, then missing ones, then wrong values. */
function branchCost(branch: readonly Issue[], root: unknown, depth: number): number {
  let cost = 0;
  for (const issue of branch) {
    if (issue.path.length === depth && issue.code !== 'unrecognized_keys') cost += wrongKind;
    else if (issue.code === 'unrecognized_keys') cost += 3 * issue.keys.length;
    else cost += valueAt(root, issue.path as Path) === undefined ? 2 : 1;
  }
  return cost;
}

function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) {
    if (inner === null || typeof inner !== 'object' || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  return inner;
}

/** Without the name and the password of an address. */
function show(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/@\s]{1,200}@/g, '//...@');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
