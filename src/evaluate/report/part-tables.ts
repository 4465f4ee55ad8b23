import { metricInfo, metricNames } from '../metrics/metric.ts';
import type { MetricName } from '../metrics/metric.ts';
import type { EvaluationResults } from '../results.ts';
import type { Comparison } from '../statistics/compare.ts';
import { formatCount } from '../../base/number-text.ts';
import * as format from './format.ts';
import { html } from '../../base/html.ts';
import type { Html } from '../../base/html.ts';
import { subsetTitles } from './phrases.ts';

/** The page's tables of parts of the test split: by kind of turn and by topic. */

type Part = { name: string; turns: number; metrics: Partial<Record<MetricName, Comparison>> };

/** A table of parts (kinds of turn, topics): both models' value of each of the metrics that any of them has. */
function partsTable(
  first: string,
  parts: readonly Part[],
  shown: readonly MetricName[],
  systems: EvaluationResults['names'],
): Html {
  const names = shown.filter((name) => parts.some(({ metrics }) => metrics[name]));
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col" rowspan="2">${first}</th>
          <th scope="col" rowspan="2">Turns</th>
          ${names.map((name) => html`<th scope="colgroup" colspan="2">${metricInfo[name].title}</th>`)}
        </tr>
        <tr>
          ${names.map(
            () =>
              html`<th scope="col">${systems.base}</th>
                <th scope="col">${systems.tuned}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${parts.map(
          ({ name, turns, metrics }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${formatCount(turns)}</td>
              ${names.map((metric) => {
                const comparison = metrics[metric];
                if (!comparison)
                  return html`<td class="soft">–</td>
                    <td class="soft">–</td>`;
                return html`<td class="soft">${format.formatValue(metric, comparison.base.value)}</td>
                  <td class="${format.verdict(metric, comparison)}">
                    ${format.formatValue(metric, comparison.tuned.value)}
                  </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Macro replies, free-typed replies and queries apart; null where there is one kind only. */
export function subsetsSection({ subsets, names }: EvaluationResults): Html | null {
  if (subsets.length < 2) return null;
  const parts = subsets.map((subset) => ({ ...subset, name: subsetTitles[subset.name] }));
  return html`<h2>By kind of turn</h2>
    <p class="soft">
      A free-typed reply follows no macro: it counts as the right action when the model’s reply follows none
      either, and stays out of the headline’s next-action accuracy.
    </p>
    ${partsTable('Turn', parts, metricNames, names)}`;
}

/** As many as fit a page; the results file has all of them. */
const topicMetrics: readonly MetricName[] = ['perplexity', 'rouge_l', 'next_action_accuracy', 'query_match'];

/** One row a topic; null where there is one topic only. */
export function topicsSection({ topics, names }: EvaluationResults): Html | null {
  if (topics.length < 2) return null;
  const parts = topics.map(({ topic, turns, metrics }) => ({ name: topic, turns, metrics }));
  return html`<h2>By topic</h2>
    ${partsTable('Topic', parts, topicMetrics, names)}
    <p class="soft">
      <small
        >Coloured where the interval of the difference excludes zero (not corrected for the number of
        topics).</small
      >
    </p>`;
}

/** A table for each fact in evaluate.groups. */
export function groupsSections({ groups, names }: EvaluationResults): Html[] {
  return [...Map.groupBy(groups, ({ fact }) => fact)].map(
    ([fact, values]) =>
      html`<h2>By ${fact}</h2>
        ${partsTable(
          fact,
          values.map(({ value, turns, metrics }) => ({ name: value, turns, metrics })),
          topicMetrics,
          names,
        )}`,
  );
}
