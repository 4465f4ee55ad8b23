import { z } from 'zod';
import type { Passage } from '../../data/knowledge/passage.ts';
import { describeItem, type Dimensions, dimensionsOf } from '../dimensions.ts';
import type { LanguageOf } from '../../text/language.ts';
import { findFault } from '../grounding.ts';
import { languageFault } from '../language-fault.ts';
import { quotePassage, systemOf } from '../prompt.ts';
import { asTask, type Kind, type Made } from '../task.ts';
import { readTurns, turnsSchema } from '../read-turns.ts';
import { evidenceSchema, passageFacts } from './passage-facts.ts';

const schema = z.object({
  turns: turnsSchema,
  passage: z.string().describe('The id of the passage.'),
  evidence: evidenceSchema,
});

const task =
  'Write a dialogue in which a customer with a problem is helped by what the passage says. The customer does not know the passage and never speaks of one; later questions build on what was answered before. The assistant asks back where it has to, and says nothing that the passage does not say. Write in the language of the passage.';

/** A dialogue of several turns from a passage, checked against it. */
export const dialoguesKind: Kind = {
  name: 'dialogues',
  plan: (material) => {
    const config = material.config.dialogues;
    if (config === undefined) return [];
    const dimensions = dimensionsOf(material, 'dialogues');
    return material.passagesFor('dialogues', config.passages).map((passage, n) => {
      const dimension = dimensions(n);
      return asTask({
        id: `dialogues/${passage.id}`,
        kind: 'dialogues',
        system: systemOf(material.systemPrompt, task),
        user: `${quotePassage(passage)}\n\nWrite one dialogue of ${config.turns} messages of the customer and as many of the assistant; the customer's ${describeItem(dimension)}.`,
        schema,
        read: (answer) => [
          readDialogue(answer, passage, dimension, config.least_support, material.languageOf),
        ],
      });
    });
  },
};

function readDialogue(
  { turns, passage: cited, evidence }: z.infer<typeof schema>,
  passage: Passage,
  dimension: Dimensions,
  leastSupport: number,
  languageOf: LanguageOf,
): Made {
  const { messages, reason } = readTurns(turns);
  if (messages === undefined) return { reason };
  if (messages.length < 4) return { reason: 'the dialogue has one exchange only' };
  const said = (role: 'user' | 'assistant'): string =>
    messages
      .filter((one) => one.role === role)
      .map(({ content }) => content)
      .join('\n');
  const claim = { passage: cited, evidence, question: said('user'), answer: said('assistant') };
  const fault =
    findFault(claim, passage, leastSupport) ??
    languageFault([claim.question, claim.answer], passage.text, languageOf);
  return fault ?? { messages, facts: passageFacts(passage, evidence, dimension) };
}
