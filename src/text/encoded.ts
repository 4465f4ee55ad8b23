/** One conversation as the model sees it. */
export type EncodedExample = {
  id: string;
  tokens: Int32Array;
  /** 1 where the token belongs to an assistant turn that is trained on (its end-of-turn token too), else 0. Same length as `tokens`. */
  supervised: Uint8Array;
};
