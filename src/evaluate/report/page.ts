import { formatSeconds } from '../../base/format-seconds.ts';
import { metricInfo, metricNames } from '../metrics/metric.ts';
import type { MetricName } from '../metrics/metric.ts';
import type { EvaluationResults, MetricResult } from '../results.ts';
import { funnelChart, lossChart, metricsChart } from './charts.ts';
import { formatCount, formatPercent } from '../../base/number-text.ts';
import * as format from './format.ts';
import { html } from '../../base/html.ts';
import type { Html } from '../../base/html.ts';
import type { ReportInputs } from './inputs.ts';
import { capitalised, summarySentence } from './phrases.ts';
import { groupsSections, subsetsSection, topicsSection } from './part-tables.ts';
import { sideBySideSection } from './side-by-side.ts';
import { reportPage } from '../../base/report-page.ts';

/** The report as one HTML page that loads nothing: style and charts are inside, and its policy forbids the rest. */
export function htmlReport(
  title: string,
  results: EvaluationResults,
  { curve, funnel }: ReportInputs,
): string {
  return reportPage(
    `${title}: evaluation`,
    html`
      <h1>${title}</h1>
      <p class="soft">${summarySentence(results)}</p>
      ${cards(results)}
      ${
        results.warnings.length > 0
          ? html`<ul class="notes">
              ${results.warnings.map((text) => html`<li>${text}</li>`)}
            </ul>`
          : null
      }
      ${metricsSection(results)} ${subsetsSection(results)} ${topicsSection(results)}
      ${groupsSections(results)} ${trainingSection(curve)} ${dataSection(funnel)}
      ${sideBySideSection(results)} ${methodSection(results)}
    `,
  );
}

function trainingSection(curve: ReportInputs['curve']): Html | null {
  if (!curve) return null;
  return html`<h2>Training</h2>
    <p class="legend">
      <span><i class="muted"></i>training loss</span><span><i class="accent"></i>validation loss</span>
    </p>
    <figure>${lossChart(curve)}</figure>`;
}

function dataSection(funnel: ReportInputs['funnel']): Html | null {
  if (!funnel) return null;
  const reasons = funnel.flatMap((step) =>
    Object.entries(step.reasons).map((entry) => [step.name, ...entry] as const),
  );
  const rows = reasons.map(
    ([name, reason, count]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="text">${reason}</td>
        <td>${formatCount(count)}</td>
      </tr>`,
  );
  return html`<h2>Data</h2>
    <p class="soft">Records left after each step of curation.</p>
    <figure>${funnelChart(funnel)}</figure>
    ${
      rows.length > 0
        ? html`<details>
            <summary>Reasons</summary>
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Step</th>
                    <th scope="col" class="text">Reason</th>
                    <th scope="col">Records</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows}
                </tbody>
              </table>
            </div>
          </details>`
        : null
    }`;
}

/** The order in which the headline reads: what a team cares about first. */
const cardOrder: readonly MetricName[] = [
  'next_action_accuracy',
  'perplexity',
  'rouge_l',
  'query_match',
  'token_accuracy',
  'exact_match',
];

function cards({ metrics, names }: EvaluationResults): Html {
  const shown = cardOrder
    .flatMap((name) => (metrics[name] ? [[name, metrics[name]] as const] : []))
    .slice(0, 4);
  return html`<ul class="cards">
    ${shown.map(([name, metric]) => card(name, metric, names.base))}
  </ul>`;
}

function card(name: MetricName, metric: MetricResult, against: string): Html {
  const verdict = format.verdict(name, metric);
  const { change, range } = cardChange(name, metric, against);
  return html`<li class="card">
    <div class="name">${metricInfo[name].title}</div>
    <div class="value">${format.formatValue(name, metric.tuned.value)}</div>
    <div class="from">${against} ${format.formatValue(name, metric.base.value)}</div>
    <div class="change ${verdict}">
      <b>${change}</b> ${format.verdictText[verdict]}<br /><small>${range}</small>
    </div>
  </li>`;
}

/** The difference with its interval; perplexities differ by factors, so there the ratio. */
function cardChange(
  name: MetricName,
  { difference, ratio }: MetricResult,
  against: string,
): { change: string; range: string } {
  if (!ratio) {
    const change = `${format.formatDifference(name, difference.value)} points`;
    return { change, range: format.formatInterval(name, difference.interval) };
  }
  const range = ratio.interval?.map(formatPercent).join(' to ') ?? 'no interval';
  return { change: `${formatPercent(ratio.value)} of ${against}`, range };
}

function metricsSection(results: EvaluationResults): Html {
  const { metrics, names, skipped, settings, baselines } = results;
  const shown = metricNames.flatMap((name) => (metrics[name] ? [[name, metrics[name]] as const] : []));
  const percent = Math.round(100 * settings.confidence);
  const floor = baselines.most_frequent_action;
  const rows = shown.map(
    ([name, metric]) =>
      html`<tr>
        <th scope="row">${metricInfo[name].title}</th>
        <td>${format.formatValue(name, metric.base.value)}</td>
        <td>${format.formatValue(name, metric.tuned.value)}</td>
        <td class="${format.verdict(name, metric)}">
          ${format.formatDifference(name, metric.difference.value)}
        </td>
        <td>${format.formatInterval(name, metric.difference.interval)}</td>
        <td>${format.formatPValue(metric.p_value_holm)}</td>
        <td>${formatCount(metric.items)}</td>
      </tr>`,
  );
  const missing = metricNames.filter((name) => skipped[name]);
  return html`<h2>Metrics</h2>
    <p class="legend">
      <span><i class="muted"></i>${names.base}</span
      ><span><i class="accent"></i>${names.tuned}, each with its ${percent}% interval</span
      >${floor ? html`<span><i class="mark"></i>always “${String(floor.action)}”, the most frequent action: ${format.formatValue('next_action_accuracy', floor.accuracy)}</span>` : null}
    </p>
    <figure>${metricsChart(shown, names, floor?.accuracy ?? null)}</figure>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">${capitalised(names.base)}</th>
            <th scope="col">${capitalised(names.tuned)}</th>
            <th scope="col">Difference</th>
            <th scope="col">${percent}% interval</th>
            <th scope="col">p (Holm)</th>
            <th scope="col">Turns or tokens</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${baselineSentence(results)}
    ${missing.length > 0 ? html`<p class="soft"><small>Not measured: ${missing.map((name) => `${metricInfo[name].title} (${skipped[name]})`).join('; ')}.</small></p>` : null}`;
}

function baselineSentence({ baselines, names }: EvaluationResults): Html | null {
  const {
    most_frequent_action: one,
    most_frequent_action_per_topic: perTopic,
    template_coverage: coverage,
  } = baselines;
  if (!one || !perTopic) return null;
  const value = (share: number): string => format.formatValue('next_action_accuracy', share);
  const gain = `${format.formatDifference('next_action_accuracy', perTopic.tuned_difference.value)} points (${format.formatInterval('next_action_accuracy', perTopic.tuned_difference.interval)})`;
  return html`<p class="soft">
    <small
      >Without a model: always the most frequent action of the training data is right in
      ${value(one.accuracy)} of the turns, the most frequent of each topic in ${value(perTopic.accuracy)};
      against the latter the ${names.tuned} model stands at ${gain}.
      ${coverage === null ? null : html`Of the agents’ own macro replies ${value(coverage)} map back to their action, so that is about as far as the metric goes.`}</small
    >
  </p>`;
}

function methodSection({ names, settings, counts, seconds }: EvaluationResults): Html {
  const item = (term: string, text: string): Html =>
    html`<dt>${term}</dt>
      <dd>${text}</dd>`;
  return html`<h2>How it was measured</h2>
    <dl>
      ${item('Test split', `${formatCount(counts.test_conversations)} conversations, ${formatCount(counts.supervised_tokens)} assistant tokens scored`)}
      ${item('Replies', `greedy, at most ${settings.max_reply_tokens} tokens, on ${formatCount(counts.generated_conversations)} conversations, each turn with the real conversation before it`)}
      ${item('Cut at the limit', `${names.base} ${counts.cut_replies.base}, ${names.tuned} ${counts.cut_replies.tuned} of ${formatCount(counts.turns)}`)}
      ${item('Backends', `${names.base}: ${settings.backends.base}; ${names.tuned}: ${settings.backends.tuned}`)}
      ${item('Intervals', `BCa bootstrap of the paired difference over whole conversations, ${formatCount(settings.resamples)} resamples, seed ${settings.seed}; p by swapping the models within conversations`)}
      ${item('Time', `${formatSeconds(seconds.scoring)} scoring, ${formatSeconds(seconds.generation.base + seconds.generation.tuned)} generating`)}
    </dl>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" class="text">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${metricNames.map(
            (name) =>
              html`<tr>
                <th scope="row">${metricInfo[name].title}</th>
                <td class="text">${metricInfo[name].meaning}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
