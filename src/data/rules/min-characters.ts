import { counted } from '../../base/number-text.ts';
import type { RecordRule } from '../rule.ts';

/** Drops conversations whose user and assistant text together is shorter than `minimum`, in Unicode code points. */
export function minCharacters(minimum: number): RecordRule {
  return {
    name: 'min_characters',
    decide: (example) => {
      let characters = 0;
      for (const { role, content } of example.messages)
        if (role === 'user' || role === 'assistant') characters += countCharacters(content);
      if (characters >= minimum) return { example };
      return {
        drop: `${counted(characters, 'character')}, fewer than ${minimum}`,
        kind: `fewer than ${minimum} characters`,
      };
    },
  };
}

function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(i + 1);
    if (next >= 0xdc00 && next <= 0xdfff) count -= 1;
  }
  return count;
}
