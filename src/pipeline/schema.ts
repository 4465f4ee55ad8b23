/** The project file's JSON Schema, for editors, for the reference page and for naming what is allowed in an error. */
import { z } from 'zod';
import { projectConfig } from './config.ts';
import type { Path } from './yaml.ts';

export type JsonSchema = {
  $schema?: string;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
  title?: string;
  description?: string;
  type?: string | string[];
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema | JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
};

/** Draft 7: the newest draft that the usual YAML editor plug-ins read without gaps. */
export function projectJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(projectConfig, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  return { ...($schema === undefined ? {} : { $schema }), title: 'Attune project file', ...schema };
}

/** Every schema that may describe the value at `path`: more than one where alternatives are allowed. */
export function schemasAt(root: JsonSchema, path: Path): JsonSchema[] {
  let found = alternatives(root, root);
  for (const step of path)
    found = found.flatMap((schema) => child(schema, step)).flatMap((s) => alternatives(root, s));
  return found;
}

/** The keys allowed in the mapping at `path`, in the schema's order. */
export function allowedKeys(root: JsonSchema, path: Path): string[] {
  return [...new Set(schemasAt(root, path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** A schema and all that it may stand for. */
export function alternatives(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  const name = schema.$ref?.split('/').at(-1);
  const target = name === undefined ? undefined : (root.$defs?.[name] ?? root.definitions?.[name]);
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (target !== undefined) inner.push(target);
  return [schema, ...inner.flatMap((one) => alternatives(root, one))];
}

function child(schema: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === 'number') return schema.items === undefined ? [] : [schema.items].flat();
  const property = schema.properties?.[step];
  if (property !== undefined) return [property];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
