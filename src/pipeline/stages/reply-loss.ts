import type { Example, Message } from '../../data/example.ts';
import type { LossOf, ReplyLoss } from '../../data/quality/perplexity.ts';
import { resolveBase } from '../../model/base.ts';
import type { Scorer } from '../../model/scorer.ts';
import type { EncodedExample } from '../../text/encoded-example.ts';
import { type Encoder, openEncoder } from '../../text/open-encoder.ts';
import type { StageContext } from '../stage.ts';

/** Longer conversations are scored by their beginning. */
const longestTokens = 1024;

/**
 * Measures what the base model `model` makes of replies: given the conversation, and as answers to an empty message
 * (Cherry LLM's direct answer score, in the form that a chat template allows).
 */
export async function openReplyLoss(
  model: string,
  { projectFolder, report, signal }: Pick<StageContext, 'projectFolder' | 'report' | 'signal'>,
): Promise<LossOf> {
  const base = await resolveBase(model, { projectFolder, report, signal });
  const { openScorer } = await import('../../model/score-examples.ts');
  const scorer = await openScorer({ base });
  return lossWith(scorer, await openEncoder(base, longestTokens));
}

/**
 * How hard the replies of examples are for a model: with the conversation before them, and each alone, in nats per
 * token.
 */
export function lossWith(scorer: Scorer, encode: Encoder): LossOf {
  return async (examples) => {
    const given = examples.map((example, i) => ({ ...encode(example), id: `${i}` }));
    const alone = examples.map((example, i) =>
      example.messages
        .filter(({ role, trained }) => role === 'assistant' && trained !== false)
        .map((reply, k) => ({ ...encode(answerAlone(example, reply)), id: `${i}/${k}` })),
    );
    const asked = [...given, ...alone.flat()].filter(isScored);
    const losses = new Map((await scorer.score(asked)).map((score) => [score.id, score.logProbabilities]));
    return examples.map((_, i): ReplyLoss | undefined => {
      const ofGiven = meanLoss([losses.get(`${i}`)]);
      const ofAlone = meanLoss(alone[i]!.map(({ id }) => losses.get(id)));
      return ofGiven === undefined || ofAlone === undefined ? undefined : { given: ofGiven, alone: ofAlone };
    });
  };
}

function answerAlone({ meta, tools }: Example, reply: Message): Example {
  return { messages: [{ role: 'user', content: '' }, reply], meta, ...(tools && { tools }) };
}

const isScored = ({ supervised }: EncodedExample): boolean =>
  supervised.some((mark, i) => mark === 1 && i > 0);

/** Mean of -log p over all tokens of all parts. */
function meanLoss(parts: readonly (Float32Array | undefined)[]): number | undefined {
  let sum = 0;
  let count = 0;
  for (const part of parts)
    for (const value of part ?? []) {
      sum -= value;
      count += 1;
    }
  return count === 0 ? undefined : sum / count;
}
