/** Text to token ids and back, for any base model's tokenizer.json. */
export type Tokenizer = {
  readonly vocabularySize: number;
  /** Ids of `text`. Special tokens written in the text (such as <|im_end|>) become their ids; none is added. */
  encode: (text: string) => number[];
  /** The text of ids, special tokens included. */
  decode: (ids: readonly number[]) => string;
  /** The id of one token, or undefined. */
  tokenId: (token: string) => number | undefined;
};
