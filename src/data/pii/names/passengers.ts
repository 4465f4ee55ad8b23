import type { Recogniser } from '../recogniser.ts';

/** As airlines write them (IATA Resolution 830): family name, given names and title in capital letters. */
const passenger =
  /(?<![\p{L}\p{N}/])\p{Lu}{2,24}\/\p{Lu}{2,24}(?: \p{Lu}{2,24})? ?(?:MRS?|MS|MISS|MSTR|CHD|INF)(?![\p{L}\p{N}/])/gu;

/** "MARTINEZ/CARLOS MR" */
export const passengers: Recogniser = {
  types: ['NAME'],
  find: (text) =>
    text.includes('/')
      ? [...text.matchAll(passenger)].map(({ 0: found, index }) => ({
          type: 'NAME' as const,
          start: index,
          end: index + found.length,
          confidence: 0.8,
        }))
      : [],
};
