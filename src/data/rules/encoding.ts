import { counted } from '../../base/number-text.ts';
import { repairEncoding } from '../../text/encoding-repair.ts';
import type { Message, RejectedReply } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import type { RecordRule } from '../rule.ts';

/** Mends mojibake in every text but tool results, which may be data. */
export const encoding: RecordRule = {
  name: 'encoding',
  decide: (example): Verdict => {
    let changed = 0;
    const mend = <T extends Message | RejectedReply>(text: T): T => {
      const content = repairEncoding(text.content);
      if (content === text.content) return text;
      changed += 1;
      return { ...text, content };
    };
    const messages = example.messages.map((one): Message => {
      if (one.role === 'tool') return one;
      return one.rejected ? { ...mend(one), rejected: one.rejected.map(mend) } : mend(one);
    });
    if (changed === 0) return { example };
    const reason = `mended the encoding of ${counted(changed, 'text')}`;
    return { example: { ...example, messages }, changes: [{ reason, kind: 'mended the encoding' }] };
  },
};
