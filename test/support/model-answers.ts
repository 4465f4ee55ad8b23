/** A model that does what Attune's prompts for synthetic data ask for, so well that everything it writes is kept. */
import type { Behaviour, ModelRequest } from './model-server.ts';

const between = (text: string, mark: string): string =>
  new RegExp(`<${mark}>\\n([^]*?)\\n</${mark}>`).exec(text)?.[1] ?? '';

/** Numbered lines at the end of a prompt: one for each item that is asked for. */
const itemsIn = (user: string): number => user.match(/^\d+\. /gm)?.length ?? 1;

const list = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

export function goodAnswer({ schemaName, body }: ModelRequest): Behaviour {
  const messages = body['messages'] as { role: string; content: string }[];
  // The first one, so that a request to mend an answer gets the answer again.
  const user = messages.find(({ role }) => role === 'user')!.content;
  const count = itemsIn(user);
  const answers: Record<string, () => unknown> = {
    questions: () => {
      const { passage, title, sentence } = passageIn(user);
      return {
        items: list(count, (n) => ({
          question: `Question ${n + 1} about ${title}: what should I know?`,
          answer: sentence,
          passage,
          evidence: [sentence],
        })),
      };
    },
    dialogues: () => {
      const { passage, title, sentence } = passageIn(user);
      return { passage, evidence: [sentence], turns: turns(`${title}, please help`, sentence, 3) };
    },
    paraphrases: () => ({
      paraphrases: list(count, (n) => `In other words (${'abc'[n] ?? n}): ${between(user, 'request')}`),
    }),
    variations: () => ({
      dialogues: list(count, (n) => ({
        turns: turns(
          `A like case ${n}: ${between(user, 'conversation').slice(0, 60)}`,
          'I can help with that.',
          2,
        ),
      })),
    }),
    refusals: () => ({
      items: list(count, (n) => ({
        request: `${marker(user)} request ${n}: can you do this for me?`,
        reply: 'I am sorry. I cannot help with that here. Please ask me about your order.',
        declines: 'I cannot help with that here.',
      })),
    }),
    escalations: () => ({
      items: list(count, (n) => ({
        turns: turns(
          `${marker(user)} case ${n}: I want to speak to a person.`,
          'A colleague takes over from here.',
          1,
        ),
        handover: 'a colleague takes over',
      })),
    }),
    rating: () => ({ reason: 'It helps.', score: 4 }),
  };
  const name = schemaName ?? guessName(String(body['system'] ?? ''), user);
  return { answer: answers[name]!() };
}

/** Anthropic's shape names no schema. */
function guessName(system: string, user: string): string {
  if (system.includes('You rate')) return 'rating';
  if (user.includes('<request>')) return 'paraphrases';
  if (user.includes('<conversation>')) return 'variations';
  if (user.includes('one dialogue')) return 'dialogues';
  if (user.includes('messages of the customer each')) return 'escalations';
  return user.includes('<passage>') && !user.includes('does not answer them') ? 'questions' : 'refusals';
}

const marker = (user: string): string => /set \d+/.exec(user)?.[0] ?? 'set';

function passageIn(user: string): { passage: string; title: string; sentence: string } {
  const text = between(user, 'passage');
  const passage = /^id: (.*)$/m.exec(text)![1]!;
  const title = /^title: (.*)$/m.exec(text)![1]!;
  return { passage, title, sentence: text.split('\n\n').slice(1).join(' ').split('. ')[0]! };
}

function turns(customer: string, assistant: string, exchanges: number): { role: string; text: string }[] {
  return list(exchanges, (n) => [
    { role: 'customer', text: n === 0 ? customer : `And then, what about step ${n}?` },
    { role: 'assistant', text: assistant },
  ]).flat();
}
