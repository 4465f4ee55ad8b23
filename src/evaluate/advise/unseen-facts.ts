/**
 * Does the agent need to know things, or only how to behave? Every fact of a reply (numbers, codes, addresses, names) is
 * looked for in what the agent could see: the conversation so far, what tools answered, the system prompt. What stands
 * nowhere has to be known, and knowledge belongs into a knowledge base, not into weights.
 */
import type { Example } from '../../data/example.ts';
import { withoutPlaceholders } from '../../data/pii/placeholder.ts';

export type FactCount = {
  replies: number;
  /** Facts stated in replies, each once a reply. */
  stated: number;
  /** Of these, facts that stand nowhere in what came before. */
  unseen: number;
  /** Of the unseen ones, facts that a passage of the knowledge base holds. */
  inPassages: number;
  /** Replies with at least one unseen fact. */
  repliesWithUnseen: number;
};

/** Chinese and Japanese put no space between a number and what it counts. */
const number =
  /(?<![[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]|-)[\p{L}--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]{0,4}-?[$€£¥]?\d[[\p{L}\d.,:\/\-]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]{0,30}/gv;
const address = /(?:https?:\/\/|www\.)[^\s<>"')\]]{1,300}/gu;
/** A capital within a sentence: after a word or a comma, not at its start. */
const name = /(?<=[\p{Ll}\d,] )\p{Lu}[\p{L}\p{M}'’]{2,30}(?![-\d])/gu;

/** The facts of a text, folded for comparison. German writes every noun with a capital, so there none is a name. */
export function factsOf(text: string, language?: string): Set<string> {
  const facts = new Set<string>();
  const said = withoutPlaceholders(text);
  const isGerman = language !== undefined && /^de\b/i.test(language);
  for (const pattern of isGerman ? [number, address] : [number, address, name])
    for (const [fact] of said.matchAll(pattern)) facts.add(fold(fact));
  return facts;
}

/** Counts the facts of every reply. `passages` are the words of the knowledge base, where there is one. */
export function countFacts(examples: Iterable<Example>, passages?: (fact: string) => boolean): FactCount {
  const count: FactCount = { replies: 0, stated: 0, unseen: 0, inPassages: 0, repliesWithUnseen: 0 };
  for (const { messages, meta } of examples) {
    let seen = '';
    for (const { role, content, toolCalls } of messages) {
      if (role === 'assistant' && content !== '') {
        const facts = [...factsOf(content, meta.language)];
        const unseen = facts.filter((fact) => !seen.includes(fact));
        count.replies += 1;
        count.stated += facts.length;
        count.unseen += unseen.length;
        if (passages) count.inPassages += unseen.filter(passages).length;
        if (unseen.length > 0) count.repliesWithUnseen += 1;
      }
      seen += ` ${fold(content)} ${toolCalls ? fold(JSON.stringify(toolCalls)) : ''}`;
    }
  }
  return count;
}

/** Facts that the later replies need and the earlier ones never stated, as a share of those that they need. */
export function newFactShare(earlier: readonly Example[], later: readonly Example[]): number | undefined {
  const known = new Set<string>();
  for (const one of unseenFacts(earlier)) known.add(one);
  let needed = 0;
  let fresh = 0;
  for (const fact of unseenFacts(later)) {
    needed += 1;
    if (!known.has(fact)) fresh += 1;
  }
  return needed === 0 ? undefined : fresh / needed;
}

function* unseenFacts(examples: readonly Example[]): Generator<string> {
  for (const { messages, meta } of examples) {
    let seen = '';
    for (const { role, content } of messages) {
      if (role === 'assistant')
        for (const fact of factsOf(content, meta.language)) if (!seen.includes(fact)) yield fact;
      seen += ` ${fold(content)}`;
    }
  }
}

function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[.,:/-]+(?=\s|$)/g, '');
}
