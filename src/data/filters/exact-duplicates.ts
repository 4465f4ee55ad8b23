import { preferenceKey } from '../content-key.ts';
import type { Filter } from '../filter.ts';

/**
 * Keeps the first of the conversations with one content and one set of preferences (see content-key.ts), in the order of the sources. Holds about
 * 150 bytes for each conversation kept.
 */
export const exactDuplicates: Filter = {
  name: 'deduplicate',
  run: async function* (examples, log) {
    const keepers = new Map<string, { id: string; topic: string | undefined }>();
    for await (const example of examples) {
      const key = preferenceKey(example);
      const { id, topic } = example.meta;
      const keeper = keepers.get(key);
      if (keeper === undefined) {
        keepers.set(key, { id, topic });
        yield example;
      } else if (keeper.topic === topic)
        log.dropped(example, `the same as ${keeper.id}`, { kind: 'exact duplicate' });
      else
        log.dropped(
          example,
          `the same as ${keeper.id}, but its topic is ${topic ?? 'missing'}, not ${keeper.topic ?? 'missing'}`,
          {
            kind: 'exact duplicate with another topic',
          },
        );
    }
  },
};
