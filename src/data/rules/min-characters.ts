import { counted } from '../../base/number-text.ts';
import { countCharacters } from '../../text/count-characters.ts';
import type { RecordRule } from '../rule.ts';
import { isSpoken } from '../spoken-text.ts';

/** Drops conversations whose user and assistant text together is shorter than `minimum` (see countCharacters). */
export function minCharacters(minimum: number): RecordRule {
  return {
    name: 'min_characters',
    decide: (example) => {
      let characters = 0;
      for (const { content } of example.messages.filter(isSpoken)) characters += countCharacters(content);
      if (characters >= minimum) return { example };
      return {
        drop: `${counted(characters, 'character')}, fewer than ${minimum}`,
        kind: `fewer than ${minimum} characters`,
      };
    },
  };
}
