import type { Embedder } from './embeddings/embedder.ts';
import type { Judge } from './quality/judge.ts';
import type { LossOf } from './quality/perplexity.ts';

/** A passage, and its language as a BCP 47 tag. */
export type KnowledgeText = { text: string; language?: string };

/**
 * What curation may use of the layers above it: models, encoders, judges. The pipeline's stage hands them in as
 * functions, each only where the project has it, and only `conclude` of a corpus rule can call them.
 */
export type CurateServices = {
  /** An encoder or a server of embeddings; without it hashed words make the vectors. */
  embedder?: Embedder;
  /** The texts of the knowledge base, with their languages as far as they are known. */
  passages?: () => Promise<KnowledgeText[]>;
  /** What a model makes of replies. */
  lossOf?: LossOf;
  judge?: Judge;
};
