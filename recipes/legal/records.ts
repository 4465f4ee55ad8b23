/** name: the kind of a clause, or the statute of a paragraph; law: the law that governs a contract. */
export type Task = 'name' | 'law';

/** The records of this recipe: instruction, input and output, with where they come from and what they are about. */
export type LegalRecord = {
  id: string;
  instruction: string;
  input: string;
  output: string;
  /** The data set, and the contract or statute in it. */
  source: string;
  /** Kind of clause, or statute. */
  category: string;
  task: Task;
  language: 'en' | 'zh';
  /** Records of one contract, or of one article, stay on one side of the split. */
  conversation_id: string;
};
