import { counted } from '../../base/number-text.ts';
import type { CurateConfig } from '../config.ts';
import type { Message } from '../example.ts';
import { countRejected, withRejected } from '../rejected-replies.ts';
import type { RecordRule } from '../rule.ts';

/** Leaves out messages, and rejected replies, that agents wrote for each other: marked by a fact of the message, or by how the text begins. */
export function internalNotes({ flags, patterns }: CurateConfig['internal_notes']): RecordRule {
  const expressions = patterns.map((pattern) => new RegExp(pattern, 'iu'));
  const looksInternal = (content: string): boolean =>
    expressions.some((expression) => expression.test(content));
  const isInternal = ({ role, content, meta }: Message): boolean => {
    if (role === 'system' || role === 'tool') return false;
    if (meta && flags.some((flag) => isTrue(meta[flag]))) return true;
    return looksInternal(content);
  };
  return {
    name: 'internal_notes',
    decide: (example) => {
      const whole = example.messages.filter((one) => !isInternal(one));
      const messages = whole.map((one) => withRejected(one, (reply) => !looksInternal(reply.content)));
      const left = example.messages.length - messages.length + countRejected(whole) - countRejected(messages);
      if (left === 0) return { example };
      if (!messages.some(({ role }) => role === 'assistant'))
        return { drop: 'nothing but internal notes is left of what the assistant says' };
      const reason = `left out ${counted(left, 'internal note')}`;
      return { example: { ...example, messages }, changes: [{ reason, kind: 'left out internal notes' }] };
    },
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(?:true|yes|1)$/i.test(value));
}
