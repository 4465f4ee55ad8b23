import { z } from 'zod';
import { dimensionsOf, listItems } from '../dimensions.ts';
import { findFault } from '../grounding.ts';
import { languageFault } from '../language-fault.ts';
import { quotePassage, systemOf } from '../prompt.ts';
import { readEach } from '../read-each.ts';
import { asTask, type Kind } from '../task.ts';
import { exchangeOf } from '../read-turns.ts';
import { evidenceSchema, passageFacts } from './passage-facts.ts';

const schema = z.object({
  items: z.array(
    z.object({
      question: z.string(),
      answer: z.string(),
      passage: z.string().describe('The id of the passage.'),
      evidence: evidenceSchema,
    }),
  ),
});

const task =
  'Write questions that a customer may ask and that the passage answers, each with the answer of the assistant. The customer does not know the passage and never speaks of one. The answer says only what the passage says, is complete, and is put in the words of a helpful agent in the language of the passage. No two questions ask the same.';

/** Questions from a passage, each with its answer, checked against it. */
export const questionsKind: Kind = {
  name: 'questions',
  plan: (material) => {
    const config = material.config.questions;
    if (config === undefined) return [];
    const dimensions = dimensionsOf(material, 'questions');
    return material.passagesFor('questions', config.passages).map((passage, n) => {
      const items = Array.from({ length: config.per_passage }, (_, i) =>
        dimensions(n * config.per_passage + i),
      );
      return asTask({
        id: `questions/${passage.id}`,
        kind: 'questions',
        system: systemOf(material.systemPrompt, task),
        user: `${quotePassage(passage)}\n\nWrite ${items.length}:\n${listItems(items)}`,
        schema,
        read: (answer) =>
          readEach(answer.items, items, (item, dimension) => {
            const { question, answer: reply, evidence } = item;
            const fault =
              findFault(item, passage, config.least_support) ??
              languageFault([question, reply], passage.text, material.languageOf);
            return (
              fault ?? {
                messages: exchangeOf(question, reply),
                facts: passageFacts(passage, evidence, dimension),
              }
            );
          }),
      });
    });
  },
};
