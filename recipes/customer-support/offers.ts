/**
 * What the agent could have said instead: the ready-made replies that were offered and not picked.
 *
 * The data name them by label, and their templates still have their slots open where the reply that was picked has them
 * filled. A model would learn that braces are bad, or that names and figures are good. So only wordings without a slot
 * are used, on both sides: the reply that was picked must be one too. The order of the offers, whose first is the one
 * picked in 86% of the turns, is not in the packed data.
 */
import { customAction } from '../../src/evaluate/next-action.ts';
import type { RejectedReply } from '../../src/data/example.ts';

/** Wordings by task and label: upstream's responses.json first, then the flow chart's. */
export type Responses = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The replies that were offered beside the one picked, each once, in alphabetical order; none where that one has a slot. */
export function notPicked(
  picked: { reply: string; action: string; others?: readonly string[] },
  tasks: readonly string[],
  responses: Responses,
): RejectedReply[] {
  const said = plain(picked.reply);
  if (
    picked.action === customAction ||
    !wordingsOf(picked.action, tasks, responses).some((text) => plain(text) === said)
  )
    return [];
  const texts = (picked.others ?? []).flatMap((label) => {
    const [text] = label === customAction ? [] : wordingsOf(label, tasks, responses);
    return text === undefined || plain(text) === said ? [] : [text];
  });
  return [...new Map(texts.map((text) => [plain(text), text])).values()]
    .sort()
    .map((content) => ({ content }));
}

/** A label's wordings without slots: those of the dialogue's own tasks, or else of any task. */
function wordingsOf(label: string, tasks: readonly string[], responses: Responses): string[] {
  const own = tasks.flatMap((task) => responses[task]?.[label] ?? []);
  const all = own.length > 0 ? own : Object.values(responses).flatMap((labels) => labels[label] ?? []);
  return all.some(hasSlot) ? [] : [...all];
}

const hasSlot = (text: string): boolean => /[{}]/.test(text);

const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();
