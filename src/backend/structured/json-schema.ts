import { z } from 'zod';

type Schema = Record<string, unknown>;

/** What OpenAI's strict mode and Anthropic's structured output both take; the rest of a schema is checked here afterwards. */
const taken = [
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
];

/**
 * The JSON schema of a zod schema in the part of the language that servers can hold a model to: closed objects with
 * every field required, and no limits of length or number.
 */
export function serverSchema(schema: z.ZodType): Schema {
  return strict(z.toJSONSchema(schema, { io: 'input' }) as Schema);
}

function strict(schema: Schema): Schema {
  const result: Schema = {};
  for (const name of taken) if (name in schema) result[name] = schema[name];
  const properties = schema['properties'] as Record<string, Schema> | undefined;
  if (properties) {
    result['properties'] = Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, strict(v)]));
    result['required'] = Object.keys(properties);
    result['additionalProperties'] = false;
  }
  if (schema['items'] !== undefined) result['items'] = strict(schema['items'] as Schema);
  if (Array.isArray(schema['anyOf'])) result['anyOf'] = schema['anyOf'].map((one: Schema) => strict(one));
  return result;
}
