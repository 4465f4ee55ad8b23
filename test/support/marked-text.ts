/** For the tests of recognisers: a text with what one recogniser, or all of them, found in it by type. */
import type { CountryCode } from 'libphonenumber-js';
import { piiConfig } from '../../src/data/config/pii.ts';
import { findPii } from '../../src/data/pii/find-pii.ts';
import { maskRules } from '../../src/data/pii/mask-rules.ts';
import type { Recogniser } from '../../src/data/pii/recogniser.ts';

type Options = { before?: string; countries?: readonly CountryCode[] };

/** The text with [TYPE] in the place of every span of one recogniser. */
export function marked(
  recogniser: Recogniser,
  text: string,
  { before = '', countries = ['US'] }: Options = {},
): string {
  const spans = [...recogniser.find(text, { before, country: countries[0]!, countries })];
  return marks(text, spans);
}

/** The same for all recognisers together, as a project has them. */
export function markedByAll(
  text: string,
  { before = '', countries = ['US'] }: Options = {},
  config: object = {},
): string {
  const { finder } = maskRules(piiConfig.parse({ countries, ...config }));
  return marks(text, findPii(text, finder, before));
}

function marks(text: string, spans: readonly { type: string; start: number; end: number }[]): string {
  let result = '';
  let at = 0;
  for (const { type, start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    result += `${text.slice(at, start)}[${type}]`;
    at = end;
  }
  return result + text.slice(at);
}
