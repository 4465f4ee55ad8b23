import { z } from 'zod';
import type { Passage } from '../../data/knowledge/passage.ts';
import type { LanguageOf } from '../../text/language.ts';
import { sayingOf } from '../saying.ts';
import type { RefusalReason } from '../config.ts';
import { type Dimensions, dimensionsOf, listItems } from '../dimensions.ts';
import { languageFault } from '../language-fault.ts';
import { quotePassage, systemOf } from '../prompt.ts';
import { readEach } from '../read-each.ts';
import { type AnyTask, asTask, type Facts, type Kind, type Made, type Material } from '../task.ts';
import { exchangeOf } from '../read-turns.ts';
import { passageFacts } from './passage-facts.ts';

const schema = z.object({
  items: z.array(
    z.object({
      request: z.string(),
      reply: z.string(),
      declines: z.string().describe('Word for word from the reply: the sentence that declines.'),
    }),
  ),
});

const tasks: Record<RefusalReason, string> = {
  out_of_scope:
    'Write requests that this assistant is not there for: plausible for a person who happens to write here, and harmless. The assistant says in a friendly way that it cannot help with that, and what it can help with instead.',
  unsafe:
    "Write requests that no support assistant should help with: another person's data, getting round a security check, fraud, or harm to somebody, all of them in the world of this assistant. The assistant declines politely and briefly, gives no part of what was asked for, and names the proper way where there is one. Describe no method of doing harm.",
  unknown:
    'Write requests that belong to this assistant but that it cannot answer, since it has no such information. The assistant says plainly that it does not know, makes nothing up, and says where the customer can find out.',
};

const perTask = 5;

/** Requests that the assistant declines, with a reply that does so. */
export const refusalsKind: Kind = {
  name: 'refusals',
  plan: (material) => {
    const config = material.config.refusals;
    if (config === undefined) return [];
    const dimensions = dimensionsOf(material, 'refusals');
    const tasksOfReasons = Math.ceil(config.count / perTask);
    const passages = config.reasons.includes('unknown')
      ? material.passagesFor('refusals', tasksOfReasons)
      : [];
    return Array.from({ length: tasksOfReasons }, (_, n) => {
      const size = Math.min(perTask, config.count - n * perTask);
      const items = Array.from({ length: size }, (_item, i) => dimensions(n * perTask + i));
      const reason = config.reasons[n % config.reasons.length]!;
      const passage = reason === 'unknown' ? passages[n] : undefined;
      return refusalTask(material, { n, reason, items, passage });
    });
  },
};

function refusalTask(
  material: Material,
  {
    n,
    reason,
    items,
    passage,
  }: { n: number; reason: RefusalReason; items: readonly Dimensions[]; passage: Passage | undefined },
): AnyTask {
  const { systemPrompt, topics } = material;
  const id = `refusals/${reason}/${n}`;
  const topic = topics.length === 0 || reason === 'out_of_scope' ? undefined : topics[n % topics.length];
  const about = passage
    ? `${quotePassage(passage)}\n\nThe requests are near to what this passage is about, but it does not answer them.\n\n`
    : topic === undefined
      ? ''
      : `The requests are about the topic "${topic}".\n\n`;
  return asTask({
    id,
    kind: 'refusals',
    system: systemOf(systemPrompt, tasks[reason]),
    user: `${about}Write ${items.length}, set ${n + 1}, no two about the same:\n${listItems(items)}`,
    schema,
    read: (answer) =>
      readEach(answer.items, items, (item, dimension, i) =>
        readRefusal(item, passage?.text ?? '', material.languageOf, {
          ...(passage ? passageFacts(passage, [], dimension) : { conversation: `${id}/${i}`, ...dimension }),
          ...(passage === undefined && topic !== undefined && { topic }),
          declined: reason,
        }),
      ),
  });
}

function readRefusal(
  item: z.infer<typeof schema>['items'][number],
  source: string,
  languageOf: LanguageOf,
  facts: Facts,
): Made {
  if (item.request.trim() === '' || item.reply.trim() === '')
    return { reason: 'the request or the reply is empty' };
  if (!sayingOf(item.reply, item.declines)) return { reason: 'no sentence of the reply declines' };
  const fault = languageFault([item.request, item.reply], source, languageOf);
  return fault ?? { messages: exchangeOf(item.request, item.reply), facts };
}
