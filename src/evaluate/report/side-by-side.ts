import type { Answer, EvaluationResults, SideBySide } from '../results.ts';
import { formatAnswer } from './format.ts';
import { capitalised } from './phrases.ts';
import { html } from '../../base/html.ts';
import type { Html } from '../../base/html.ts';
import { counted } from '../../base/number-text.ts';

const openMessages = 2; // Messages before the answer shown without unfolding.

/** Answers of the agent and both models to the same conversation, drawn at random rather than chosen. */
export function sideBySideSection({ side_by_side: items, names }: EvaluationResults): Html | null {
  if (items.length === 0) return null;
  return html`<h2>Side by side</h2>
    <p class="soft">${counted(items.length, 'test reply', 'test replies')}, drawn at random.</p>
    ${items.map((item) => article(item, names))}`;
}

function article(item: SideBySide, names: EvaluationResults['names']): Html {
  const earlier = item.context.slice(0, -openMessages);
  const recent = item.context.slice(-openMessages);
  return html`<article>
    <header>
      <span>${item.topic ?? 'no topic'}${item.free_typed ? ' · free-typed' : null}</span
      ><span>${item.conversation}, message ${item.turn + 1}</span>
    </header>
    ${
      earlier.length > 0
        ? html`<details>
            <summary>${counted(earlier.length, 'earlier message')}</summary>
            ${earlier.map(turn)}
          </details>`
        : null
    }
    ${recent.map(turn)}
    <div class="answers">
      ${answer('Agent', 'gold', item.gold)}${answer(capitalised(names.base), 'base', item.base)}${answer(capitalised(names.tuned), 'tuned', item.tuned)}
    </div>
  </article>`;
}

function turn({ role, content, tool_calls, name }: SideBySide['context'][number]): Html {
  const speaker = role === 'tool' && name ? name : role;
  return html`<div class="turn">
    <div class="role">${speaker}</div>
    <span class="said">${formatAnswer(content, tool_calls ?? [])}</span>
  </div>`;
}

function answer(title: string, kind: string, { text, tool_calls, actions }: Answer): Html {
  return html`<div class="answer ${kind}">
    <h3>${title}</h3>
    <span class="said">${formatAnswer(text, tool_calls)}</span>
    ${actions ? html`<div class="action">${actions.join(', ') || 'no action'}</div>` : null}
  </div>`;
}
