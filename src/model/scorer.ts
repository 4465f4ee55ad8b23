import type { EncodedExample } from '../text/encoded-example.ts';

/** What the engine thinks of given text: the numbers behind perplexity, token accuracy and the parity gate. */
export type Scorer = {
  /** Scores in the order given. */
  score: (
    examples: readonly EncodedExample[],
    onProgress?: (done: number) => void,
  ) => Promise<ExampleScore[]>;
  close: () => Promise<void>;
};

export type ExampleScore = {
  id: string;
  /** Natural-log probability of each supervised token given all before it, in order. */
  logProbabilities: Float32Array;
  /** 1 where the supervised token was the most probable one. */
  correct: Uint8Array;
};
