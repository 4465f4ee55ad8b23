import { z } from 'zod';
import { sayingOf } from '../saying.ts';
import { dimensionsOf, listItems } from '../dimensions.ts';
import { systemOf } from '../prompt.ts';
import { readEach } from '../read-each.ts';
import { asTask, type Facts, type Kind, type Made } from '../task.ts';
import { readTurns, turnsSchema } from '../read-turns.ts';

const schema = z.object({
  items: z.array(
    z.object({
      turns: turnsSchema,
      handover: z
        .string()
        .describe('Word for word from the last message: the sentence that hands over to a person.'),
    }),
  ),
});

const task =
  'Write conversations in which the assistant comes to hand over to a person: because the customer asks for one, is very upset, has tried everything, reports a danger, a fraud or a legal matter, or needs a decision that an assistant must not take. The assistant tries what it may, does not argue, and in its last message says that a person takes over and what happens next, without inventing times or names.';

const perTask = 3;

/** Conversations that end with the assistant handing over to a person. */
export const escalationsKind: Kind = {
  name: 'escalations',
  plan: (material) => {
    const config = material.config.escalations;
    if (config === undefined) return [];
    const dimensions = dimensionsOf(material, 'escalations');
    return Array.from({ length: Math.ceil(config.count / perTask) }, (_, n) => {
      const size = Math.min(perTask, config.count - n * perTask);
      const items = Array.from({ length: size }, (_item, i) => dimensions(n * perTask + i));
      const topic = material.topics.length === 0 ? undefined : material.topics[n % material.topics.length];
      const about = topic === undefined ? '' : `They are about the topic "${topic}".\n\n`;
      const id = `escalations/${n}`;
      return asTask({
        id,
        kind: 'escalations',
        system: systemOf(material.systemPrompt, task),
        user: `${about}Write ${size} of one to three messages of the customer each, set ${n + 1}, no two for the same reason:\n${listItems(items)}`,
        schema,
        read: (answer) =>
          readEach(answer.items, items, (item, dimension, i) =>
            readEscalation(item, {
              conversation: `${id}/${i}`,
              ...dimension,
              ...(topic !== undefined && { topic }),
            }),
          ),
      });
    });
  },
};

function readEscalation(item: z.infer<typeof schema>['items'][number], facts: Facts): Made {
  const { messages, reason } = readTurns(item.turns);
  if (messages === undefined) return { reason };
  if (!sayingOf(messages.at(-1)!.content, item.handover))
    return { reason: 'no sentence of the last message hands over' };
  return { messages, facts };
}
