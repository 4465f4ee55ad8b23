import type { Example, ExampleMeta } from '../example.ts';
import { type Place, placeText } from './source.ts';

type Unfinished = Omit<Example, 'meta'> & { meta: Partial<ExampleMeta> };

/** Gives an example its source, its place and, where the record has none, an id made of both. */
export function finishExample({ messages, meta, tools }: Unfinished, source: string, place: Place): Example {
  const { id, source: own, ...facts } = meta;
  const column = place.column === undefined ? '' : `:${place.column}`;
  return {
    messages,
    meta: {
      id: id ?? `${source}:${place.line ?? place.record ?? 0}${column}`,
      source,
      ...facts,
      ...(own !== undefined && own !== source && { original_source: own }),
      place: facts.place ?? placeText(place),
    },
    ...(tools && { tools }),
  };
}
