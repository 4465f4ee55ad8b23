import { z } from 'zod';
import type { Example, Message } from '../../data/example.ts';
import { personasOf } from '../dimensions.ts';
import { languageFault } from '../language-fault.ts';
import { readEach } from '../read-each.ts';
import { quantitiesOf, smallNumbersIn } from '../small-numbers.ts';
import { quote, systemOf } from '../prompt.ts';
import { asTask, type Facts, type Kind } from '../task.ts';

const schema = z.object({
  paraphrases: z.array(z.string()).describe('The request in other words, once for each item.'),
});

const task =
  'Put a request of a customer in other words. What is asked, every name, number, code and placeholder, and the language stay the same; words, order and style change. No two versions are alike.';

/** A real example whose first request is put in other words; the rest of the conversation stays as it is. */
export const paraphrasesKind: Kind = {
  name: 'paraphrases',
  plan: (material) => {
    const config = material.config.paraphrases;
    if (config === undefined) return [];
    const personas = personasOf(material, 'paraphrases');
    const count = config.per_example;
    return material.examplesFor('paraphrases', config.examples).map((example, n) => {
      const original = firstRequest(example);
      const customers = Array.from({ length: count }, (_, i) => personas(n * count + i));
      const styles = customers.map((persona, i) => `${i + 1}. as written by ${persona}`).join('\n');
      return asTask({
        id: `paraphrases/${example.meta.id}`,
        kind: 'paraphrases',
        system: systemOf(material.systemPrompt, task),
        user: `${quote('request', original)}\n\nWrite ${count}:\n${styles}`,
        schema,
        read: ({ paraphrases }) =>
          readEach(paraphrases, customers, (text, persona, i) => {
            const fault =
              findChange(text, original, paraphrases.slice(0, i)) ??
              languageFault([text], original, material.languageOf);
            const facts = { ...exampleFacts(example), persona };
            return fault ?? { messages: withRequest(example, text), facts };
          }),
      });
    });
  },
};

const firstRequest = ({ messages }: Example): string =>
  messages.find(({ role }) => role === 'user')?.content ?? '';

/** Made from a real conversation, so in the same split as that. */
export function exampleFacts({ meta }: Example): Facts {
  const { id, conversation, topic, language } = meta;
  return { conversation: conversation ?? id, seed_id: id, topic, language };
}

/** Why a text is no paraphrase; undefined when it is one, as far as words tell. */
function findChange(
  text: string,
  original: string,
  earlier: readonly string[],
): { reason: string } | undefined {
  if (text.trim() === '') return { reason: 'the paraphrase is empty' };
  if ([original, ...earlier].some((one) => sameWords(one, text)))
    return { reason: 'it says the same in the same words' };
  if (lacks(original, text))
    return { reason: 'a number, a code or a placeholder of the original is missing' };
  if (lacks(text, original))
    return { reason: 'it has a number, a code or a placeholder that the original has not' };
  return undefined;
}

/** Whether a fact of one text is not in the other. "Two days" and "2 days" say the same. */
function lacks(text: string, other: string): boolean {
  const facts = new Set(factsOf(other));
  const numbers = smallNumbersIn(other);
  return (
    factsOf(text).some((fact) => !facts.has(fact)) ||
    [...quantitiesOf(text)].some((number) => !numbers.has(number))
  );
}

function withRequest({ messages }: Example, text: string): Message[] {
  const first = messages.findIndex(({ role }) => role === 'user');
  return messages.map((message, i) => (i === first ? { ...message, content: text.trim() } : message));
}

/** Numbers, codes and placeholders: what must not change when words do. */
function factsOf(text: string): string[] {
  const found = text.match(/\[[A-Z_]{2,30}\d{0,6}\]|[A-Z0-9-]{0,40}\d[A-Z0-9-]{1,40}/g) ?? [];
  // A dash at its end is a mark of the sentence.
  return found.map((fact) => fact.replace(/^-{1,40}|-{1,40}$/g, ''));
}

const sameWords = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
