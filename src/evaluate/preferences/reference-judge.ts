import { canonicalJson } from '../../base/json.ts';
import type { RejectedReply } from '../../data/example.ts';
import { plainReply } from '../../data/preferences/pair.ts';
import { actionsOf } from '../next-action.ts';
import type { Templates } from '../action-templates.ts';
import type { Turn } from '../assistant-turns.ts';
import { scoringJudge, type Judge } from './judge.ts';

/**
 * Right is what does as the data did. 2: the same tool calls, or the same words; 1: with templates, the same action in
 * other words; 0: anything else. With templates, turns that were typed freely are left out: nothing says what is right there.
 */
export function referenceJudge(templates: Templates | null): Judge {
  const score = (answer: RejectedReply, turn: Turn): number => {
    if (isSame(answer, turn.gold)) return 2;
    if (!templates || turn.action === undefined) return 0;
    const item = { topic: turn.topic, reply: answer.content, toolCalls: answer.toolCalls ?? [] };
    return actionsOf(item, templates).includes(turn.action) ? 1 : 0;
  };
  return scoringJudge(score, (turn) => templates === null || !turn.typed);
}

function isSame(a: RejectedReply, b: RejectedReply): boolean {
  const calls = [a.toolCalls ?? [], b.toolCalls ?? []];
  if (calls.some(({ length }) => length > 0)) return canonicalJson(calls[0]) === canonicalJson(calls[1]);
  return plainReply(a) === plainReply(b);
}
