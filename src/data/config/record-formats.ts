/** The shapes of records that other tools write and read. */
export const recordFormats = [
  'openai',
  'sharegpt',
  'alpaca',
  'preference',
  'openai-preference',
  'unpaired-preference',
  'prompt-completion',
] as const;
export type RecordFormat = (typeof recordFormats)[number];
