/** What a token classifier found beforehand, as a recogniser: the spans of a text are looked up, not computed. */
import { type PiiSpan, type PiiType, piiTypes, type Recogniser } from '../recogniser.ts';

/** A text that is not in `found` has no spans. */
export function lookupRecogniser(found: ReadonlyMap<string, readonly PiiSpan[]>): Recogniser {
  return {
    types: Object.keys(piiTypes) as PiiType[],
    find: (text) => [...(found.get(text) ?? [])],
  };
}
