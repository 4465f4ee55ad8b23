/** Should this team fine-tune at all? Four questions, each with what was counted and what follows from it. */
import { counted, formatCount, formatPercent } from '../../base/number-text.ts';
import type { ValidationReport } from '../../data/validate/report.ts';
import { leastExamples } from '../../data/validate/task.ts';
import type { Baselines } from './untrained-baselines.ts';
import type { ChangeOverTime } from './change-over-time.ts';
import type { FactCount } from './unseen-facts.ts';

export type Evidence = {
  validation: ValidationReport;
  facts: FactCount;
  hasPassages: boolean;
  change: ChangeOverTime | undefined;
  baselines: Baselines | undefined;
};

/** yes speaks for fine-tuning, no against it. */
export type Answer = 'yes' | 'no' | 'unknown';

export type Finding = { question: string; answer: Answer; evidence: string; advice: string };

export type Advice = {
  verdict: 'fine-tune' | 'collect more first' | 'knowledge base first' | 'prompt first';
  reason: string;
  findings: Finding[];
};

/** Replies that need facts from nowhere: above this share a model would have to know what it cannot learn well. */
const muchKnowledge = 0.3;
/** How much more the newest conversations bring than a random fifth does, before answers count as changing. */
const muchChange = 0.1;
/** ROUGE-L at which prompting reads like the agents do; replies of two agents to one question seldom agree more. */
const goodEnough = 0.6;

/** The advice, with a finding for each of the four questions. Pure: what was measured is in `evidence`. */
export function advise(evidence: Evidence): Advice {
  const findings = {
    data: dataFinding(evidence.validation),
    knowledge: knowledgeFinding(evidence),
    change: changeFinding(evidence.change),
    prompting: promptingFinding(evidence.baselines),
  };
  return { ...verdictOf(findings), findings: Object.values(findings) };
}

function verdictOf(
  findings: Record<'data' | 'knowledge' | 'change' | 'prompting', Finding>,
): Omit<Advice, 'findings'> {
  const { data, knowledge, change, prompting } = findings;
  if (data.answer === 'no') return { verdict: 'collect more first', reason: data.advice };
  if (prompting.answer === 'no') return { verdict: 'prompt first', reason: prompting.advice };
  if (knowledge.answer === 'no') return { verdict: 'knowledge base first', reason: knowledge.advice };
  if (change.answer === 'no') return { verdict: 'knowledge base first', reason: change.advice };
  const open = Object.values(findings).filter(({ answer }) => answer === 'unknown').length;
  const reason = `Nothing that was counted speaks against it${open === 0 ? '' : `; ${open} of ${Object.keys(findings).length} questions ${open === 1 ? 'is' : 'are'} open`}.`;
  return { verdict: 'fine-tune', reason };
}

function dataFinding({ readable, task, errors }: ValidationReport): Finding {
  const least = leastExamples[task.type];
  const enough = readable >= least;
  return {
    question: 'Is there enough to learn from?',
    answer: enough ? 'yes' : 'no',
    evidence: `${counted(readable, 'usable record')} for ${task.type} (${task.reason}); at least ${least} are advised. ${counted(errors, 'kind of error', 'kinds of errors')} in the data.`,
    advice: enough
      ? 'Go on; `attune data validate` lists what is wrong with single records.'
      : 'Collect more conversations, or make some from the knowledge base (synthesise), before training.',
  };
}

function knowledgeFinding({ facts, hasPassages }: Evidence): Finding {
  const { replies, stated, unseen, inPassages, repliesWithUnseen } = facts;
  const question = 'Is it behaviour that is missing, not knowledge?';
  if (replies === 0)
    return { question, answer: 'unknown', evidence: 'There are no replies.', advice: 'Check the sources.' };
  const share = repliesWithUnseen / replies;
  const found = hasPassages
    ? ` ${formatPercent(inPassages / Math.max(1, unseen))} of these facts stand in the knowledge base.`
    : '';
  return {
    question,
    answer: share > muchKnowledge ? 'no' : 'yes',
    evidence: `${formatPercent(share)} of ${counted(replies, 'reply', 'replies')} state a number, name or address that stood nowhere before (${formatCount(unseen)} of ${counted(stated, 'fact')}); above ${formatPercent(muchKnowledge)} that counts as knowledge.${found}`,
    advice:
      share > muchKnowledge
        ? 'Agents answer from what they know. Give the model those facts at run time (retrieval, tools) and teach it how to use them; weights forget and go stale.'
        : 'Replies are made from what stands in the conversation and in tool results: that is behaviour, which fine-tuning teaches.',
  };
}

function changeFinding(change: ChangeOverTime | undefined): Finding {
  const question = 'Do right answers stay right for months?';
  if (change === undefined)
    return {
      question,
      answer: 'unknown',
      evidence: 'Too few conversations have a time, or replies state no facts.',
      advice: 'Name the time of conversations (created_at), or judge this yourself.',
    };
  const { newest, random, from, to } = change;
  const changes = newest - random > muchChange;
  return {
    question,
    answer: changes ? 'no' : 'yes',
    evidence: `Of the facts that the newest fifth needs ${formatPercent(newest)} are in no older reply; of a random fifth ${formatPercent(random)} (${from} to ${to}).`,
    advice: changes
      ? 'Answers change faster than a model is trained: keep them in a knowledge base and train on how to answer.'
      : 'Old conversations still tell what is right today.',
  };
}

function promptingFinding(baselines: Baselines | undefined): Finding {
  const question = 'Does prompting fall short?';
  if (baselines?.fewShot === undefined || baselines.zeroShot === undefined)
    return {
      question,
      answer: 'unknown',
      evidence:
        baselines === undefined
          ? 'Nothing was measured.'
          : `The nearest old reply reaches ROUGE-L ${baselines.nearestReply.toFixed(3)} on ${baselines.turns} turns; no model was asked.`,
      advice: 'Name a model to measure what examples in the prompt reach: --base-url and --model.',
    };
  const { fewShot, zeroShot, nearestReply, turns, conversations, model, gain } = baselines;
  const interval = gain?.difference.interval;
  const enough = fewShot >= goodEnough;
  return {
    question,
    answer: enough ? 'no' : 'yes',
    evidence: `ROUGE-L against the agents on ${turns} turns of ${conversations} conversations: ${model} without examples ${zeroShot.toFixed(3)}, with the nearest examples ${fewShot.toFixed(3)}${interval ? ` (${interval[0].toFixed(3)} to ${interval[1].toFixed(3)} more)` : ''}; copying the nearest old reply ${nearestReply.toFixed(3)}.`,
    advice: enough
      ? 'A model that is shown a few examples already answers much as the agents do. Fine-tune for price and speed, not for quality.'
      : 'Examples in the prompt do not get there; a tuned model is measured on the same turns by `attune run`.',
  };
}
