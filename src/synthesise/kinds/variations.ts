import { z } from 'zod';
import type { Example, Message } from '../../data/example.ts';
import type { LanguageOf } from '../../text/language.ts';
import { contentKey } from '../../data/content-key.ts';
import { type Dimensions, describeItem, dimensionsOf } from '../dimensions.ts';
import { languageFault } from '../language-fault.ts';
import { readEach } from '../read-each.ts';
import { quoteConversation, systemOf } from '../prompt.ts';
import { asTask, type Kind, type Made } from '../task.ts';
import { readTurns, turnsSchema } from '../read-turns.ts';
import { exampleFacts } from './paraphrases.ts';

const schema = z.object({ dialogues: z.array(z.object({ turns: turnsSchema })) });

const task =
  'Write a new conversation of the same kind as the one given: the same problem and the same way of solving it, but another customer, another case and other words. The assistant keeps to the rules and the facts that it goes by in the conversation given, and promises nothing more. Keep its language.';

/** New conversations of the kind of a real one. */
export const variationsKind: Kind = {
  name: 'variations',
  plan: (material) => {
    const config = material.config.variations;
    if (config === undefined) return [];
    const dimensions = dimensionsOf(material, 'variations');
    const count = config.per_example;
    return material.examplesFor('variations', config.examples).map((example, n) => {
      const items = Array.from({ length: count }, (_, i) => dimensions(n * count + i));
      const customers = items.map((item, i) => `${i + 1}. its customer's messages ${describeItem(item)}`);
      return asTask({
        id: `variations/${example.meta.id}`,
        kind: 'variations',
        system: systemOf(material.systemPrompt, task),
        user: `${quoteConversation(example.messages)}\n\nWrite ${count}:\n${customers.join('\n')}`,
        schema,
        read: ({ dialogues }) =>
          readEach(dialogues, items, (dialogue, item) =>
            readVariation(dialogue, example, item, material.languageOf),
          ),
      });
    });
  },
};

function readVariation(
  dialogue: z.infer<typeof schema>['dialogues'][number],
  example: Example,
  dimension: Dimensions,
  languageOf: LanguageOf,
): Made {
  const { messages, reason } = readTurns(dialogue.turns);
  if (messages === undefined) return { reason };
  if (contentKey(messages) === contentKey(example.messages))
    return { reason: 'it says the same in the same words' };
  const said = (all: readonly Message[]): string => all.map(({ content }) => content).join('\n');
  const spoken = example.messages.filter(({ role }) => role === 'user' || role === 'assistant');
  const fault = languageFault([said(messages)], said(spoken), languageOf);
  return fault ?? { messages, facts: { ...exampleFacts(example), ...dimension } };
}
