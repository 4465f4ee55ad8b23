/** What a rule is about, in the words of whoever watches a curation. */
const ruleWords: Readonly<Record<string, string>> = {
  encoding: 'broken characters',
  normalise: 'white space',
  entities: 'spellings of names',
  internal_notes: 'internal notes',
  boilerplate: 'signatures and footers',
  structure: 'order of turns',
  min_characters: 'length',
  language: 'language',
  toxicity: 'abuse',
  pii: 'personal data',
  deduplicate: 'repeats',
  near_duplicates: 'near-duplicates',
  macros: 'macros',
  quality: 'quality',
  diversity: 'topics and variety',
  synthetic_share: 'share of synthetic conversations',
  budget: 'budget',
};

export const wordsOfRule = (name: string): string => ruleWords[name] ?? name;
