/**
 * Seeded synthetic customer-service conversations: a request, the missing fields asked for one by one, a tool call with
 * the values the customer gave, the tool's result, an answer with the result's values, thanks and a goodbye.
 * They teach the chat format, asking back, copying from the context, and tool calls.
 */
import { seededRandom, shuffled, type Random } from '../../src/base/random.ts';
import type { Example, Message } from '../../src/data/example.ts';
import { scenes, type Field, type Scene } from './corpus-scenes.ts';
import { firstName, inventedWord, pick, weekday, calendarDate } from './corpus-values.ts';

type Values = Record<string, string>;
type Habits = { lowerCase: boolean; terse: boolean; polite: boolean };

/** Fills a template: alternatives `[a|b]` first, innermost ones first, then the values `{key}`. */
export function fill(template: string, values: Values, random: Random): string {
  let text = template;
  while (/\[[^[\]]*\]/.test(text)) {
    text = text.replace(/\[([^[\]]*)\]/g, (_, options: string) => pick(options.split('|'), random));
  }
  return text.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`No value for {${key}} in: ${template}`);
    return value;
  });
}

/** `count` conversations, the same for the same seed. */
export function* syntheticConversations(count: number, seed: number): Generator<Example> {
  for (let i = 0; i < count; i++) {
    const random = seededRandom(seed, 'conversation', i);
    const messages = random.uniform() < 0.12 ? noteQuestions(random) : serviceConversation(random);
    yield { messages, meta: { id: `synthetic-${i}`, source: 'synthetic' } };
  }
}

function serviceConversation(random: Random): Message[] {
  const chance = (share: number): boolean => random.uniform() < share;
  const habits = { lowerCase: chance(0.35), terse: chance(0.35), polite: chance(0.5) };
  const brand = inventedWord(random);
  const scene = pick(scenes, random);
  const organisation = fill(scene.organisation, { brand }, random);
  const messages: Message[] = [];
  const user = (text: string): void => void messages.push({ role: 'user', content: typed(text, habits) });
  const assistant = (text: string): void =>
    void messages.push({ role: 'assistant', content: capitalised(text) });

  if (chance(0.8)) messages.push({ role: 'system', content: systemPrompt(organisation, random) });
  if (chance(0.35)) {
    user(fill('[Hi|Hello|Hey|Good morning|Good afternoon|Hello there|Hi there][|!|.]', {}, random));
    assistant(fill(greeting, { organisation, agent: firstName(random) }, random));
  } else if (chance(0.15)) {
    assistant(fill(greeting, { organisation, agent: firstName(random) }, random));
  }
  if (chance(0.08)) outOfScope(scene, user, assistant, random);
  solve(scene, { messages, user, assistant, random, habits });
  if (chance(0.55)) assistant(fill(anythingElse, {}, random));
  if (chance(0.12)) {
    const second = pick(
      scenes.filter((other) => other.topic === scene.topic),
      random,
    );
    user(fill('[Yes, one more thing.|Actually yes.|Yes please.|Oh, and another thing.]', {}, random));
    assistant(fill('[Of course, what is it?|Sure, go ahead.|Yes?|How can I help?]', {}, random));
    solve(second, { messages, user, assistant, random, habits });
  }
  if (chance(0.85)) {
    user(
      fill(
        '[No, that is all|No thanks|That was all|Perfect|Great|Wonderful|Okay]. [Thank you|Thanks|Thanks a lot|Thank you very much|Bye]!',
        {},
        random,
      ),
    );
    assistant(fill(goodbye, { organisation }, random));
  }
  return messages;
}

const greeting =
  '[Hello|Hi|Good day|Welcome|Hello and welcome][!|, this is {agent}.|, you have reached {organisation}.|, thank you for contacting {organisation}.] [How can I help you?|How may I help?|What can I do for you?|What can I help you with today?]';
const anythingElse =
  '[Is there anything else I can do for you?|Can I help you with anything else?|Anything else?|Do you have any other questions?|Is there something else you need?]';
const goodbye =
  '[You are welcome!|My pleasure.|Glad I could help.|Happy to help!|Thank you for contacting {organisation}.|No problem at all.] [Goodbye!|Bye!|Have a nice day!|Have a great day.|Take care!|See you soon.|]';

function systemPrompt(organisation: string, random: Random): string {
  const role =
    '[You are the assistant of|You work for|You answer customers of|You are a helpful agent of|You help the customers of]';
  const rules =
    '[| Be polite and brief.| Ask for missing details and use your tools.| Answer in short sentences.| Never make up facts.| Today is {today}.| Keep your answers short.]';
  const today = `${weekday(random)}, ${calendarDate(random)}`;
  return fill(`${role} ${organisation}.${rules}`, { today }, random);
}

type Stage = {
  messages: Message[];
  user: (text: string) => void;
  assistant: (text: string) => void;
  random: Random;
  habits: Habits;
};

function solve(scene: Scene, stage: Stage): void {
  const { messages, user, assistant, random } = stage;
  const chance = (share: number): boolean => random.uniform() < share;
  const values: Values = Object.fromEntries(scene.fields.map((field) => [field.key, field.make(random)]));
  const open = request(scene, values, stage);
  const fields = chance(0.3) ? shuffled(open, random) : open;
  for (const [i, field] of fields.entries()) {
    const lead = i === 0 ? opener : acknowledgement;
    assistant(fill(`${chance(0.5) ? lead : ''}${field.ask}`, values, random));
    if (chance(0.04)) detour(field, user, assistant, random);
    user(fill(answerOf(field, stage.habits), { ...values, value: values[field.key]! }, random));
  }
  const corrected = pick(scene.fields, random);
  if (chance(0.25)) {
    const summary = scene.fields
      .map((field) => `${field.key.replaceAll('_', ' ')} ${values[field.key]}`)
      .join(', ');
    assistant(
      fill(
        '[Let me repeat: |Just to be sure: |I have ]{summary}. [Is that right?|Correct?|Is this correct?]',
        { summary },
        random,
      ),
    );
    if (chance(0.3)) {
      values[corrected.key] = corrected.make(random);
      user(
        fill(
          '[No, |Sorry, |Wait, |Not quite, ]the {key} is {value}',
          { key: corrected.key.replaceAll('_', ' '), value: values[corrected.key]! },
          random,
        ),
      );
    } else user(fill('[Yes|Yes, that is right|Correct|Exactly|Right|Yep|Yes please]', {}, random));
  }
  callTool(scene, values, messages, assistant, random);
  if (chance(0.4)) {
    const asked = pick(scene.questions, random);
    if (messages.at(-1)?.meta?.['refused'] !== true) {
      user(fill(asked.question, values, random));
      assistant(fill(`[||Of course. |Sure. ]${asked.answer}`, values, random));
    }
  }
  delete messages.at(-1)?.meta;
}

const opener =
  '[Sure. |Of course. |I can help with that. |Certainly. |Happy to help. |All right. |Okay. |I am sorry to hear that. |Let me see. ]';
const acknowledgement = '[Thank you. |Thanks. |Got it. |Okay. |Great. |Perfect. |Very good. |Noted. ]';

/** The customer's first request, with some of the fields in it. Returns the fields still missing. */
function request(scene: Scene, values: Values, { user, random, habits }: Stage): Field[] {
  let text = fill(scene.opening, values, random);
  const missing: Field[] = [];
  const share = pick([0, 0.3, 0.6, 0.9], random);
  for (const field of scene.fields) {
    if (field.early === undefined || random.uniform() >= share) missing.push(field);
    else text += fill(field.early, { value: values[field.key]! }, random);
  }
  const polite = habits.polite ? fill('[|Hello, |Hi, |Excuse me, |Hello! ]', {}, random) : '';
  user(`${polite}${text}${pick(['.', '', '.', '?'], random)}`);
  return missing;
}

const answerOf = (field: Field, habits: Habits): string => (habits.terse ? '{value}' : field.say);

function detour(field: Field, user: Stage['user'], assistant: Stage['assistant'], random: Random): void {
  const what = field.key.replaceAll('_', ' ');
  user(
    fill(
      '[Why do you need that?|Do you really need that?|One moment.|Hold on, let me look.|What do you need it for?]',
      {},
      random,
    ),
  );
  assistant(
    fill(
      `[I need the ${what} to go on.|Without the ${what} I cannot continue.|Take your time.|No hurry. What is the ${what}?|We use the ${what} only for this request.]`,
      {},
      random,
    ),
  );
}

function outOfScope(scene: Scene, user: Stage['user'], assistant: Stage['assistant'], random: Random): void {
  user(
    fill(
      '[Tell me a joke|Who won the game yesterday?|What is the meaning of life?|Can you do my homework?|Are you a real person?|What do you think about the news?|Can you sing?]',
      {},
      random,
    ),
  );
  assistant(
    fill(
      `[I am sorry, I can only help with ${scene.topic}.|That is outside of what I can do. I can help you with ${scene.topic}.|Sorry, I cannot help with that. Do you have a question about ${scene.topic}?]`,
      {},
      random,
    ),
  );
}

function callTool(
  scene: Scene,
  values: Values,
  messages: Message[],
  assistant: Stage['assistant'],
  random: Random,
): void {
  const args = Object.fromEntries(scene.fields.map((field) => [field.key, values[field.key]!]));
  const wait = fill(
    '[One moment, please.|Let me check.|Just a second.|I will look that up.|Let me take care of that.]',
    {},
    random,
  );
  messages.push({
    role: 'assistant',
    content: random.uniform() < 0.25 ? wait : '',
    toolCalls: [{ name: scene.tool, arguments: args }],
  });
  const refused = random.uniform() < 0.18;
  for (const [key, make] of Object.entries(scene.result)) values[key] = make(random);
  const result = refused
    ? { status: scene.refusal.status }
    : { ...(random.uniform() < 0.5 ? { status: 'ok' } : {}), ...pickKeys(values, Object.keys(scene.result)) };
  const text = JSON.stringify(result);
  messages.push({ role: 'tool', name: scene.tool, content: text });
  assistant(fill(refused ? scene.refusal.say : scene.success, values, random));
  if (refused) messages.at(-1)!.meta = { refused: true };
}

const pickKeys = (values: Values, keys: readonly string[]): Values =>
  Object.fromEntries(keys.map((key) => [key, values[key]!]));

/** Questions about a short note, which hold what the tool calls do not: finding one of several facts in a text. */
function noteQuestions(random: Random): Message[] {
  const scene = pick(scenes, random);
  const makers: [string, (random: Random) => string][] = [
    ...scene.fields.map((field): [string, Field['make']] => [field.key, field.make]),
    ...Object.entries(scene.result),
  ];
  const facts = shuffled(makers, random).map(([key, make]): [string, string] => [
    key.replaceAll('_', ' '),
    make(random),
  ]);
  const layout = pick(['sentence', 'list', 'json'], random);
  const note =
    layout === 'list'
      ? facts.map(([key, value]) => `${key}: ${value}`).join('\n')
      : layout === 'json'
        ? JSON.stringify(Object.fromEntries(facts))
        : facts.map(([key, value]) => `The ${key} is ${value}.`).join(' ');
  const messages: Message[] = [
    {
      role: 'user',
      content: `${fill('[Here is a note from|This is about|Please read this note about]', {}, random)} ${scene.topic}:\n${note}`,
    },
  ];
  messages.push({
    role: 'assistant',
    content: fill(
      '[What would you like to know?|Thank you. What is your question?|Okay, I have read it.]',
      {},
      random,
    ),
  });
  for (const [key, value] of shuffled(facts, random).slice(0, 1 + random.integer(3))) {
    messages.push({
      role: 'user',
      content: fill(
        `[What is the ${key}?|Tell me the ${key}.|And the ${key}?|Which ${key} does it say?]`,
        {},
        random,
      ),
    });
    messages.push({
      role: 'assistant',
      content: fill(`[The ${key} is {value}.|{value}|It is {value}.]`, { value }, random),
    });
  }
  return messages;
}

/** Only ordinary words get a capital: e-mail addresses and codes stay as they are. */
const capitalised = (text: string): string =>
  text.replace(/^[a-z](?=[a-z']*([\s,.!?]|$))/, (first) => first.toUpperCase());

/** How people type: some without capitals and full stops. */
function typed(text: string, habits: Habits): string {
  const trimmed = text.trim();
  if (!habits.lowerCase) return capitalised(trimmed);
  return trimmed
    .replace(/[.!]+$/, '')
    .replace(/^[A-Z](?=[a-z' ])/, (first) => first.toLowerCase())
    .replace(/\bI\b/g, 'i');
}
