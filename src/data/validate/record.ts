/** What can be wrong with one conversation, seen alone. */
import { countCharacters } from '../../text/count-characters.ts';
import type { Example, Message } from '../example.ts';
import { isEmpty } from '../spoken-text.ts';
import { encodingDamage } from './encoding.ts';
import type { Severity } from './report.ts';

export type RecordFinding = { rule: string; severity: Severity; what: string };

/** Every rule that the conversation breaks, once each. `what` completes "12 records ...". */
export function* checkRecord(example: Example, minCharacters: number): Generator<RecordFinding> {
  const said = example.messages.filter(({ role }) => role !== 'system');
  if (said.every(isEmpty)) {
    yield error('empty', 'hold no words at all');
    return;
  }
  if (said.some(isEmpty)) yield warning('empty', 'have an empty message, which curation leaves out');
  yield* checkRoles(example.messages);
  const characters = said.reduce(
    (sum, { role, content }) => sum + (role === 'tool' ? 0 : countCharacters(content)),
    0,
  );
  if (characters < minCharacters)
    yield warning('too short', `are shorter than ${minCharacters} characters, question and answer together`);
  const damage = example.messages
    .map(({ content }) => encodingDamage(content))
    .find((found) => found !== undefined);
  if (damage)
    yield warning(
      'encoding',
      damage === 'replacement characters'
        ? 'hold U+FFFD, where letters were lost for good: export them again as UTF-8'
        : 'hold UTF-8 that was read as another encoding, such as "Ã©" for "é", which curation mends',
    );
  if (example.messages.some(({ content }) => spelledToken.test(content)))
    yield warning(
      'special tokens',
      'hold the text of special tokens, such as "<|im_end|>" or "[INST]": it is trained as the text it is, so if it is left over from a chat template, take it out',
    );
}

/** Markers of common chat templates; a tag that HTML has too, such as </s>, is none of them. */
const spelledToken =
  /<\|[a-z_]{1,40}\|>|<\/?tool_(?:call|response)>|<(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>/i;

function* checkRoles(messages: readonly Message[]): Generator<RecordFinding> {
  const roles = messages.map(({ role }) => role);
  if (!roles.includes('assistant'))
    yield error('roles', 'have no assistant message, so nothing to learn from');
  if (!roles.includes('user')) yield error('roles', 'have no user message');
  if (roles.indexOf('system', 1) > 0)
    yield error('roles', 'have a system message in the midst of the conversation');
  if (hasStrayResult(messages)) yield error('roles', 'have a tool result without a call before it');
  const speakers = roles.filter((role) => role === 'user' || role === 'assistant');
  if (hasRepeat(messages))
    yield warning('roles', 'have two messages of one speaker in a row, which curation joins');
  if (speakers[0] === 'assistant') yield warning('roles', 'begin with the assistant');
  if (speakers.at(-1) === 'user')
    yield warning('roles', 'end with the user; curation cuts what follows the last answer');
}

/** Two user or two assistant messages in a row; an assistant may call a tool and then speak. */
function hasRepeat(messages: readonly Message[]): boolean {
  return messages.some((one, i) => {
    const next = messages[i + 1];
    return next?.role === one.role && (one.role === 'user' || (one.role === 'assistant' && !one.toolCalls));
  });
}

function hasStrayResult(messages: readonly Message[]): boolean {
  let openCalls = 0;
  for (const { role, toolCalls } of messages) {
    if (role === 'tool' && openCalls === 0) return true;
    openCalls = role === 'tool' ? openCalls - 1 : (toolCalls?.length ?? 0);
  }
  return false;
}

function error(rule: string, what: string): RecordFinding {
  return { rule, severity: 'error', what };
}

function warning(rule: string, what: string): RecordFinding {
  return { rule, severity: 'warning', what };
}
