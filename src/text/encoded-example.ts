/** One conversation as the model sees it, or a preference pair: one prompt and two answers to it. */
export type EncodedExample = {
  id: string;
  tokens: Int32Array;
  /** 1 where the token is learnt: it belongs to an assistant turn that is trained on (its end-of-turn token too). Same length as `tokens`. */
  supervised: Uint8Array;
  /** Only of a preference pair. */
  pair?: PairLayout;
  /** Only of a preference pair: log-probabilities of the chosen and the rejected answer under the model that training started from. */
  reference?: readonly [chosen: number, rejected: number];
};

/**
 * Where the parts of a preference pair begin in its tokens: prompt, what both answers begin with, the rest of the chosen
 * answer, the rest of the rejected one. The last two parts stand at the same positions and do not see each other, so the
 * prompt is there once.
 */
export type PairLayout = { answer: number; chosen: number; rejected: number };
