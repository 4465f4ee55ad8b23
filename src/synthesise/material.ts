/** Draws what the requests are made from: passages, and real examples that are masked before anything else sees them. */
import { AttuneError } from '../base/errors.ts';
import { exists } from '../base/files.ts';
import type { Example } from '../data/example.ts';
import { type Passage, readPassages } from '../data/knowledge/passage.ts';
import { readExamples } from '../data/read-examples.ts';
import { countCharacters } from '../text/count-characters.ts';
import { loadLanguageDetector } from '../text/language.ts';
import { hashWords } from '../text/hashed-words.ts';
import { drawSample } from './draw-sample.ts';
import { seedMasker } from './mask-seed.ts';
import type { SynthesiseContext } from './synthesise.ts';
import type { Material } from './task.ts';

/** Passages shorter than this hold nothing to ask about. */
const leastPassageCharacters = 80;
/** Longer examples cost more than they teach. */
const mostExampleCharacters = 8000;
/** So many topics are named at most. */
const mostTopics = 200;

type ExampleKind = 'paraphrases' | 'variations';
type PassageKind = 'questions' | 'dialogues' | 'refusals';

/** Throws AttuneError 'data' when passages are asked for and there are none. */
export async function gatherMaterial(context: SynthesiseContext): Promise<Material> {
  const { config, seed, collect, examplesPath, passagesPath } = context;
  const hasPassages = await exists(passagesPath);
  const wanted: Record<PassageKind, number> = {
    questions: config.questions?.passages ?? 0,
    dialogues: config.dialogues?.passages ?? 0,
    refusals: config.refusals?.reasons.includes('unknown') && hasPassages ? config.refusals.count : 0,
  };
  const passages: Record<PassageKind, Passage[]> = { questions: [], dialogues: [], refusals: [] };
  for (const kind of Object.keys(wanted) as PassageKind[])
    if (wanted[kind] > 0) {
      passages[kind] = hasPassages ? await drawPassages(passagesPath, wanted[kind], seed, kind) : [];
      if (passages[kind].length === 0 && kind !== 'refusals') throw noPassages(kind);
    }
  const examples: Record<ExampleKind, Example[]> = {
    paraphrases: await drawExamples(context, 'paraphrases', config.paraphrases?.examples ?? 0),
    variations: await drawExamples(context, 'variations', config.variations?.examples ?? 0),
  };
  return {
    config,
    seed,
    systemPrompt: collect.system_prompt,
    languageOf: await loadLanguageDetector(),
    topics: config.refusals || config.escalations ? await readTopics(examplesPath) : [],
    passagesFor: (kind, count) => passages[kind].slice(0, count),
    examplesFor: (kind, count) => examples[kind].slice(0, count),
  };
}

function drawPassages(path: string, count: number, seed: number, kind: PassageKind): Promise<Passage[]> {
  const usable = async function* (): AsyncGenerator<Passage> {
    for await (const passage of readPassages(path))
      if (countCharacters(passage.text) >= leastPassageCharacters) yield passage;
  };
  return drawSample(usable(), count, { seed, label: `synthesise ${kind}`, idOf: ({ id }) => id });
}

/** Draws a few more than asked for, since curation would leave some out; masks them, and keeps as many as asked for. */
async function drawExamples(
  { curate, seed, examplesPath }: SynthesiseContext,
  kind: ExampleKind,
  count: number,
): Promise<Example[]> {
  if (count === 0) return [];
  const usable = async function* (): AsyncGenerator<Example> {
    for await (const example of readExamples(examplesPath)) if (isUsable(example, kind)) yield example;
  };
  const label = `synthesise ${kind}`;
  const drawn = await drawSample(usable(), 2 * count, { seed, label, idOf: ({ meta }) => meta.id });
  const mask = seedMasker(curate);
  return drawn
    .map(mask)
    .filter((example) => example !== undefined)
    .slice(0, count);
}

/** First messages of fewer words are greetings, which there is nothing to vary about. */
const leastRequestWords = 4;

/** A request and a reply in words. What tools answered cannot be varied without the tools. */
function isUsable({ messages }: Example, kind: ExampleKind): boolean {
  const request = messages.find(({ role }) => role === 'user')?.content ?? '';
  const answers = messages.some(({ role, content }) => role === 'assistant' && content.trim() !== '');
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const usesTools = messages.some(({ role, toolCalls }) => role === 'tool' || toolCalls !== undefined);
  return (
    answers &&
    hashWords(request.slice(0, mostExampleCharacters)).lengths.length >= leastRequestWords &&
    characters <= mostExampleCharacters &&
    !(kind === 'variations' && usesTools)
  );
}

async function readTopics(path: string): Promise<string[]> {
  const topics = new Set<string>();
  for await (const { meta } of readExamples(path))
    if (meta.topic !== undefined && topics.size < mostTopics) topics.add(meta.topic);
  return [...topics].sort();
}

function noPassages(kind: PassageKind): AttuneError {
  return new AttuneError('data', `synthesise.${kind} needs passages, and collect made none`, {
    fix: `Name a knowledge base under collect.knowledge, or take ${kind} out of synthesise.`,
  });
}
