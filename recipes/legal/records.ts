/** The records of this recipe: instruction, input and output, with where they come from and what they are about. */
export type LegalRecord = {
  id: string;
  instruction: string;
  input: string;
  output: string;
  /** The data set, and the contract or statute in it. */
  source: string;
  /** Kind of clause, or branch of law. */
  category: string;
  language: 'en' | 'zh';
  /** Records of one contract stay on one side of the split. */
  conversation_id: string;
};

/** What a model is to say where a clause is not in the text it was given. */
export const notPresent = 'Not present.';
