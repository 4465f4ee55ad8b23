/**
 * The training text of the base model: public English text and synthetic conversations, about 25 million characters.
 * data/README.md names every set, its licence and where to get it.
 */
import { abcdChats, ircChannels } from './corpus-chats.ts';
import { cuadContracts, helpPages, supportGuidelines } from './corpus-documents.ts';
import { banking77, clinc150, multidogo, nluPlusPlus } from './corpus-labelled.ts';
import { gsm8k, llmbarNatural, mmlu } from './corpus-questions.ts';
import { conversation, type CorpusRecord } from './corpus-record.ts';
import { syntheticConversations } from './corpus-synthetic.ts';

export type { CorpusRecord } from './corpus-record.ts';

const publicSources = [
  cuadContracts,
  helpPages,
  supportGuidelines,
  gsm8k,
  mmlu,
  llmbarNatural,
  clinc150,
  banking77,
  nluPlusPlus,
  multidogo,
  ircChannels,
  abcdChats,
];

/** Every record, one source after the other, always in the same order. `dataFolder` is laid out as data/README.md says. */
export async function* corpus(dataFolder: string, syntheticCount = 14_000): AsyncGenerator<CorpusRecord> {
  for (const source of publicSources) yield* source(dataFolder);
  for (const example of syntheticConversations(syntheticCount, 1)) {
    yield conversation('synthetic', example.meta.id, example.messages);
  }
}
