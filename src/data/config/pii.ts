/** What is done about personal data, type by type. */
import numberingPlans from 'libphonenumber-js/min/metadata';
import { z } from 'zod';
import { boundedPattern } from '../../text/bounded-pattern.ts';
import { type PiiType, piiTypes } from '../pii/recogniser.ts';

const typeNames = Object.keys(piiTypes).map((type) => type.toLowerCase()) as Lowercase<PiiType>[];
const strategies = ['placeholder', 'surrogate', 'hash', 'drop', 'keep'] as const;
const strategy = z.enum(strategies);
type TypeStrategy = z.infer<typeof strategy>;

/** Types that are left alone unless asked for: what support talks about, more often than whom it talks to. */
const keptByDefault: ReadonlySet<PiiType> = new Set(['URL', 'PLACE', 'ORGANISATION']);

type TypeStrategies = { [T in PiiType as Lowercase<T>]?: TypeStrategy };

const typeFields = Object.fromEntries(
  (Object.keys(piiTypes) as PiiType[]).map((type) => [
    type.toLowerCase(),
    (keptByDefault.has(type) ? strategy.default('keep') : strategy.optional()).describe(
      `${piiTypes[type][0]!.toUpperCase()}${piiTypes[type].slice(1)}.`,
    ),
  ]),
);
const typesConfig: z.ZodType<TypeStrategies, TypeStrategies> = z.strictObject(typeFields);

export const piiConfig = z
  .strictObject({
    strategy: strategy
      .default('placeholder')
      .describe(
        'What takes the place of personal data. placeholder: [EMAIL], [NAME_1], the same for the same value all through a conversation; surrogate: an invented value of the same form; hash: [EMAIL_3f2a9c81d04b], keyed by the environment variable ATTUNE_PII_KEY; drop: the whole record is left out; keep: nothing is done.',
      ),
    types: typesConfig
      .prefault({})
      .describe('A strategy for one type of personal data; without it, the one above.'),
    countries: z
      .array(
        z
          .string()
          .refine(
            (code) => Object.hasOwn(numberingPlans.countries, code),
            'is not a two-letter country code such as US, DE or IN',
          ),
      )
      .min(1)
      .default(['US'])
      .describe(
        'Where your customers are (ISO 3166-1 alpha-2): their forms of postcodes and addresses. Phone numbers without a country code are taken to be of the first.',
      ),
    patterns: z
      .record(
        z.string().regex(/^[A-Z][A-Z0-9_]{0,40}$/, 'is not a name in capitals such as ORDER_NUMBER'),
        z.string().min(1).superRefine(refuseUnsafe),
      )
      .default({})
      .describe(
        'Regular expressions (case ignored) for numbers of your own, by the name of their placeholder: ORDER_NUMBER: "\\bORD-\\d{6}\\b".',
      ),
    model: z
      .strictObject({
        path: z
          .string()
          .min(1)
          .describe('Folder of the model, from the project file: config.json, tokenizer.json, model.onnx.'),
        labels: z
          .record(z.string(), z.enum([...typeNames, 'none']))
          .default({})
          .describe(
            'Types of the labels that are not known by name, without B- and I-; none leaves a label out.',
          ),
        least_score: z
          .number()
          .min(0)
          .max(1)
          .default(0.5)
          .describe('Least probability, in [0, 1], from which a find counts.'),
      })
      .optional()
      .describe(
        'A token classification model in ONNX (Hugging Face layout), used beside the built-in recognisers: better with names, and slower by far.',
      ),
    allow: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'What is left in any case, such as your own address or number; "@shop.example" for all addresses of a domain, "shop.example" for all pages of a site.',
      ),
  })
  .prefault({})
  .describe(
    'Personal data in messages, rejected replies, tool calls, tool results and facts. Web addresses, places and organisations are left unless `types` says otherwise.',
  );

export type PiiConfig = z.infer<typeof piiConfig>;

function refuseUnsafe(pattern: string, context: z.RefinementCtx): void {
  const { problem } = boundedPattern(pattern);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
}
