/** The reference page of the project file, from the same schema that checks it. */
import { alternatives, type JsonSchema } from './schema.ts';

/** Sections that trainingReference describes. */
export const trainingSections = ['train', 'align'] as const;

/** Markdown: a heading for each section, and a row for each setting. */
export function configurationReference(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {});
  const [plain, nested] = [
    sections.filter(([, section]) => section.properties === undefined),
    sections.filter(([, section]) => section.properties !== undefined),
  ];
  const top = { type: 'object', properties: Object.fromEntries(plain), required: schema.required ?? [] };
  const lines = [
    '# Project file: attune.yaml',
    '',
    'Every setting, its default and what is allowed. Made from the schema that checks the file; run `node scripts/generate.ts` to make it again.',
    '',
    ...table(schema, top, ''),
  ];
  for (const [name, section] of nested)
    lines.push(
      `## ${name}`,
      '',
      section.description ?? '',
      '',
      ...(elsewhere[name] ? [elsewhere[name], ''] : table(schema, section, '')),
    );
  return lines.join('\n').trimEnd() + '\n';
}

/** Sections with a page of their own. */
const elsewhere: Record<string, string> = Object.fromEntries(
  trainingSections.map((name) => [name, `Its settings: [training](training.md#${name}).`]),
);

/** The settings of a section as a Markdown table; `prefix` stands before their names. */
export function table(root: JsonSchema, section: JsonSchema, prefix: string): string[] {
  const rows = settings(root, section, prefix);
  return rows.length === 0
    ? []
    : ['| setting | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''];
}

/** A row for each setting; those of an inner mapping or list follow it under their full path. */
function settings(root: JsonSchema, section: JsonSchema, prefix: string): string[] {
  const required = new Set(section.required);
  return Object.entries(section.properties ?? {}).flatMap(([name, setting]) => {
    const path = `${prefix}${name}`;
    const row = `| \`${path}\` | ${cell(allowed(root, setting))} | ${cell(defaultOf(setting, required.has(name)))} | ${cell(setting.description ?? '')} |`;
    return [row, ...inner(root, setting, path)];
  });
}

function inner(root: JsonSchema, setting: JsonSchema, path: string): string[] {
  const rows = alternatives(root, setting).flatMap((one) => [
    ...settings(root, one, `${path}.`),
    ...(one.items === undefined ? [] : [one.items].flat()).flatMap((item) => inner(root, item, `${path}[]`)),
    ...(typeof one.additionalProperties === 'object'
      ? inner(root, one.additionalProperties, `${path}.NAME`)
      : []),
  ]);
  // Alternatives often share a setting, which then needs one row.
  return [...new Set(rows)];
}

function defaultOf(setting: JsonSchema, required: boolean): string {
  if (setting.default === undefined) return required ? '**required**' : '';
  const isEmpty = typeof setting.default === 'object' && Object.keys(setting.default ?? {}).length === 0;
  return isEmpty && setting.properties !== undefined ? '' : `\`${JSON.stringify(setting.default)}\``;
}

/** `one of a, b`, `number, more than 0`, `list of text` ... */
function allowed(root: JsonSchema, schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${String(value).replace('\t', '\\t')}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (choices.length > 0) return [...new Set(choices.map((choice) => allowed(root, choice)))].join(', or ');
  if (schema.items !== undefined)
    return `list of ${[schema.items]
      .flat()
      .map((item) => allowed(root, item))
      .join(', ')}`;
  return [kind(schema), ...bounds(schema)].join(', ');
}

function kind(schema: JsonSchema): string {
  const names: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'mapping',
    array: 'list',
    null: 'null',
  };
  return (
    [schema.type ?? []]
      .flat()
      .map((type) => names[type] ?? type)
      .join(' or ') || 'anything'
  );
}

/** zod bounds every whole number by the exactly representable ones, which says nothing to a reader. */
function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string[] {
  const found: string[] = [];
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) found.push(`at least ${minimum}`);
  if (exclusiveMinimum !== undefined) found.push(`more than ${exclusiveMinimum}`);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) found.push(`at most ${maximum}`);
  if (exclusiveMaximum !== undefined) found.push(`less than ${exclusiveMaximum}`);
  return found;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
