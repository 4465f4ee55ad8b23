/** From the settings to what masks: which types are looked for, by what, and what is done about each. */
import { boundedPattern } from '../../text/bounded-pattern.ts';
import type { CountryCode } from 'libphonenumber-js';
import type { PiiConfig } from '../config/pii.ts';
import { notAllowedBy } from './allow-list.ts';
import type { Finder } from './find-pii.ts';
import { type Environment, readHashKey } from './hash-key.ts';
import type { MaskRules } from './mask-example.ts';
import { type PiiType, piiTypes, type Recogniser } from './recogniser.ts';
import { recognisers } from './recognisers.ts';
import { wordTypes } from './settle-overlaps.ts';

export type MaskingOptions = {
  /** Recognisers beside the built-in ones, such as one that looks up what a model found. */
  more?: readonly Recogniser[];
  /** Names of things that are nobody's though they may be people's names too: those of curate.entities. */
  products?: readonly string[];
  environment?: Environment;
};

/** Throws AttuneError 'config' when a type is to be hashed and there is no key, or a short one. */
export function maskRules(
  config: PiiConfig,
  { more = [], products = [], environment }: MaskingOptions = {},
): MaskRules {
  const chosen = new Map<string, PiiConfig['strategy']>();
  for (const type of Object.keys(piiTypes) as PiiType[])
    chosen.set(type, config.types[type.toLowerCase() as Lowercase<PiiType>] ?? config.strategy);
  for (const name of Object.keys(config.patterns)) if (!chosen.has(name)) chosen.set(name, config.strategy);
  const strategyOf: MaskRules['strategyOf'] = (type) => {
    const strategy = chosen.get(type);
    return strategy === undefined || strategy === 'keep' ? 'placeholder' : strategy;
  };
  const hashKey = readHashKey(config, environment) ?? '';
  const types = [...chosen].filter(([, strategy]) => strategy !== 'keep').map(([type]) => type);
  const finder = finderOf(config, new Set(types), { more, products });
  const isForm = ({ types: [first] }: Recogniser): boolean => !wordTypes.has(first!);
  const formFinder = { ...finder, recognisers: finder.recognisers.filter(isForm) };
  return { finder, formFinder, strategyOf, hashKey };
}

function finderOf(
  config: PiiConfig,
  types: ReadonlySet<string>,
  { more, products }: { more: readonly Recogniser[]; products: readonly string[] },
): Finder {
  const countries = config.countries as CountryCode[];
  return {
    recognisers: [...recognisers, ...more].filter((one) => one.types.some((type) => types.has(type))),
    types,
    patterns: Object.entries(config.patterns)
      .filter(([name]) => types.has(name))
      .map(([name, pattern]) => ({ name, expression: new RegExp(boundedPattern(pattern).source, 'giu') })),
    notAllowed: notAllowedBy(config.allow, products),
    context: { country: countries[0]!, countries },
  };
}
