import { loadQuantisedBase } from '../../../src/model/quantised-base.ts';
import type { LanguageModel } from '../../../src/model/parameters.ts';

/** The base as method qlora holds it; quantised now, or found in `cacheFolder`. */
export async function loadQuantised(model: string, cacheFolder: string): Promise<LanguageModel> {
  const { signal } = new AbortController();
  return resultOf(loadQuantisedBase(model, { type: 'nf4', double: true }, { cacheFolder, signal }));
}

/** What a generator returns once it has told all its events. */
export async function resultOf<T>(events: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}
