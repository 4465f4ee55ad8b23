/** The last look at what a model will see: the splits as they lie on disk hold none of the structured types. */
import { AttuneError } from '../../base/errors.ts';
import type { PiiConfig } from '../config/pii.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { readExamples } from '../read-examples.ts';
import { findPii } from './find-pii.ts';
import { maskRules } from './mask-rules.ts';
import type { PiiType } from './recogniser.ts';
import { isProvable, isReserved } from './surrogates.ts';
import { mapTexts } from './example-texts.ts';

/** Types that are found by form, check digit or word, so that a second look finds them as surely as the first. */
const structuredTypes: ReadonlySet<string> = new Set<PiiType>([
  'EMAIL',
  'PHONE',
  'CARD',
  'IBAN',
  'SSN',
  'NATIONAL_ID',
  'DRIVER_LICENSE',
  'ACCOUNT',
  'DATE_OF_BIRTH',
  'POSTCODE',
  'IP',
  'MAC',
  'VEHICLE',
  'USERNAME',
  'URL',
  'SECRET',
]);

export type PiiScan = {
  examples: number;
  texts: number;
  /** Types that were looked for, each of which was found nowhere. */
  types: string[];
  /** Types whose surrogates cannot be told from real values, so that nothing is proved about them. */
  notProvable: string[];
  hits: 0;
};

/**
 * Reads files of examples and looks through every text once more. Throws AttuneError 'data' naming record and type, not
 * the value, at the first hit. Surrogates from ranges set aside for examples are no hits.
 */
export async function scanForPii(
  files: readonly { name: string; path: string }[],
  config: PiiConfig,
  signal?: AbortSignal,
): Promise<PiiScan> {
  const { finder, strategyOf } = maskRules(config);
  const wanted = [...finder.types].filter((type) => structuredTypes.has(type) || type in config.patterns);
  const isUnprovable = (type: string): boolean => strategyOf(type) === 'surrogate' && !isProvable(type);
  const types = new Set(wanted.filter((type) => !isUnprovable(type)));
  const recognisers = finder.recognisers.filter((one) => one.types.some((type) => types.has(type)));
  const narrow = { ...finder, recognisers, types };
  let examples = 0;
  let texts = 0;
  for (const { name, path } of files)
    for await (const example of readExamples(path)) {
      if (signal) throwIfInterrupted(signal);
      examples += 1;
      mapTexts(example, (text, { message, field, before }) => {
        texts += 1;
        const hit = findPii(text, narrow, before).find(
          ({ type, start, end }) =>
            strategyOf(type) !== 'surrogate' || !isReserved(type, text.slice(start, end)),
        );
        if (hit)
          throw new AttuneError(
            'data',
            `${name} holds personal data: example ${example.meta.id}, ${message < 0 ? '' : `message ${message}, `}${field}, type ${hit.type}`,
            {
              fix: 'Make the data again from the start: attune run --force curate. If it comes back, set that type to drop under curate.pii.types, or allow the value under curate.pii.allow.',
            },
          );
        return text;
      });
    }
  return { examples, texts, types: [...types], notProvable: wanted.filter(isUnprovable), hits: 0 };
}
