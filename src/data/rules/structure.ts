import type { Example, Message, RejectedReply } from '../example.ts';
import type { Change, Verdict } from '../verdict.ts';
import { countRejected, withRejected } from '../rejected-replies.ts';
import type { RecordRule } from '../rule.ts';
import { isEmpty } from '../spoken-text.ts';

/**
 * Brings the turns into the order that chat templates expect: one system prompt first, user and assistant in turn (an
 * assistant may greet first), tool results after the call, an assistant turn at the end. Empty turns and what follows the
 * last reply are cut; two turns of one speaker become one; what cannot be mended is dropped. Of a joined turn's rejected
 * replies those of its last part stay, behind the words that came first.
 */
export const structure: RecordRule = { name: 'structure', decide };

function decide(example: Example): Verdict {
  const changes: Change[] = [];
  const said = example.messages.filter((one) => !isEmpty(one));
  note(changes, example.messages.length - said.length, 'left out empty turns');
  const filled = said.map((one) => withRejected(one, (reply) => !isEmpty({ role: 'assistant', ...reply })));
  note(changes, countRejected(said) - countRejected(filled), 'left out empty rejected replies');
  const end = filled.findLastIndex(({ role }) => role === 'assistant') + 1;
  if (end === 0) return { drop: 'no assistant turn' };
  note(changes, filled.length - end, 'cut turns after the last reply');
  const fault = faultOf(filled.slice(0, end));
  if (fault !== undefined) return { drop: fault };
  const messages = mergeTurns(filled.slice(0, end));
  note(changes, end - messages.length, 'joined turns of one speaker');
  const lost = countRejected(filled.slice(0, end)) - countRejected(messages);
  note(changes, lost, 'left out rejected replies of a turn that was joined with the next');
  if (!messages.some(teaches)) return { drop: 'no assistant turn that is trained on' };
  return changes.length === 0 ? { example } : { example: { ...example, messages }, changes };
}

/** A turn that SFT or a preference objective learns from. */
function teaches({ role, trained, rejected, meta }: Message): boolean {
  return (
    role === 'assistant' && (trained !== false || rejected !== undefined || meta?.['rating'] !== undefined)
  );
}

function note(changes: Change[], count: number, kind: string): void {
  if (count > 0) changes.push({ reason: `${kind} (${count})`, kind });
}

function faultOf(messages: readonly Message[]): string | undefined {
  let openCalls = 0;
  let hasUser = false;
  for (const [i, { role, toolCalls }] of messages.entries()) {
    if (role === 'system' && i > 0) return 'a system message in the midst of the conversation';
    if (role === 'user') hasUser = true;
    if (role === 'tool' && openCalls === 0) return 'a tool result without a call before it';
    openCalls = role === 'tool' ? openCalls - 1 : (toolCalls?.length ?? 0);
  }
  return hasUser ? undefined : 'no user turn before the last reply';
}

function mergeTurns(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const one of messages) {
    const last = merged.at(-1);
    if (last && canJoin(last, one)) merged[merged.length - 1] = join(last, one);
    else merged.push(one);
  }
  return merged;
}

function canJoin(a: Message, b: Message): boolean {
  return (
    (a.role === 'user' || a.role === 'assistant') &&
    a.role === b.role &&
    !a.toolCalls &&
    a.trained === b.trained
  );
}

function join(a: Message, b: Message): Message {
  // A fact such as an action label holds for the joined turn only where both turns agree.
  const shared = Object.entries(a.meta ?? {}).filter(([key, value]) => b.meta?.[key] === value);
  const { meta: _facts, rejected, ...rest } = b;
  const behind = (content: string): string => (content === '' ? a.content : `${a.content}\n${content}`);
  return {
    ...rest,
    content: behind(b.content),
    ...(rejected && {
      rejected: rejected.map((reply): RejectedReply => ({ ...reply, content: behind(reply.content) })),
    }),
    ...(shared.length > 0 && { meta: Object.fromEntries(shared) }),
  };
}
