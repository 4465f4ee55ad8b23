import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { type SplitName, splitNames } from './assign-splits.ts';
import { contentKey } from './content-key.ts';
import { readExamples } from './read-examples.ts';

export type SplitCheck = { examples: number; conversations: number; contents: number };

/**
 * Proves from the written files that no id, no conversation and no content (see content-key.ts) is in two splits.
 * Throws AttuneError 'data' naming the first that is.
 */
export async function checkSplit(folder: string): Promise<SplitCheck> {
  const conversationIn = new Map<string, SplitName>();
  const contentIn = new Map<string, { split: SplitName; id: string }>();
  const ids = new Set<string>();
  for (const split of splitNames) {
    for await (const { messages, meta } of readExamples(join(folder, `${split}.jsonl`))) {
      if (ids.has(meta.id)) throw leak(`the example ${meta.id} stands twice, the second time in ${split}`);
      ids.add(meta.id);
      const conversation = meta.conversation ?? meta.id;
      const other = conversationIn.get(conversation) ?? split;
      if (other !== split) throw leak(`the conversation ${conversation} is in ${other} and in ${split}`);
      conversationIn.set(conversation, split);
      const content = contentKey(messages);
      const twin = contentIn.get(content) ?? { split, id: meta.id };
      if (twin.split !== split)
        throw leak(`${meta.id} in ${split} has the same content as ${twin.id} in ${twin.split}`);
      contentIn.set(content, twin);
    }
  }
  return { examples: ids.size, conversations: conversationIn.size, contents: contentIn.size };
}

function leak(what: string): AttuneError {
  return new AttuneError('data', `the splits overlap: ${what}`, {
    fix: 'Make the splits again: attune run --force split.',
  });
}
