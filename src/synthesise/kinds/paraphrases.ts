import { z } from 'zod';
import type { Example } from '../../data/example.ts';
import { personasOf } from '../dimensions.ts';
import { quote, systemOf } from '../prompt.ts';
import { asTask, type Facts, type Kind, type Made } from '../task.ts';

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
          customers.map((persona, i) =>
            readParaphrase(paraphrases[i], paraphrases.slice(0, i), example, {
              ...exampleFacts(example),
              persona,
            }),
          ),
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

function readParaphrase(
  text: string | undefined,
  earlier: readonly string[],
  example: Example,
  facts: Facts,
): Made {
  const request = text?.trim() ?? '';
  if (request === '') return { reason: 'the model wrote fewer than it was asked for' };
  const original = firstRequest(example);
  if ([original, ...earlier].some((one) => sameWords(one, request)))
    return { reason: 'it says the same in the same words' };
  const missing = factsOf(original).find((fact) => !request.includes(fact));
  if (missing !== undefined)
    return { reason: 'a number, a code or a placeholder of the original is missing' };
  const added = factsOf(request).find((fact) => !original.includes(fact));
  if (added !== undefined)
    return { reason: 'it has a number, a code or a placeholder that the original has not' };
  const first = example.messages.findIndex(({ role }) => role === 'user');
  return {
    messages: example.messages.map((message, i) =>
      i === first ? { ...message, content: request } : message,
    ),
    facts,
  };
}

/** Numbers, codes and placeholders: what must not change when words do. */
function factsOf(text: string): string[] {
  return text.match(/\[[A-Z_]{2,30}\d{0,6}\]|[A-Z0-9-]{0,40}\d[A-Z0-9-]{1,40}/g) ?? [];
}

const sameWords = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
