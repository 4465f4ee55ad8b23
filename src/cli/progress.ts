/** Shows progress events: a bar on a terminal, a plain line now and then elsewhere, JSON lines for programs. */
import type { ProgressEvent, Reporter } from '../base/progress.ts';
import { formatNumber, formatSeconds } from './format.ts';

export type ProgressView = {
  report: Reporter;
  /** Takes the bar away, so that other text can follow. */
  clear: () => void;
};

export type ProgressOptions = {
  write: (text: string) => void;
  now: () => number;
  interactive: boolean;
  columns: number;
  paint: (style: 'bold' | 'green' | 'yellow' | 'dim', text: string) => string;
};

/** Redrawing more often than this only costs time. */
const barIntervalMs = 100;
const lineIntervalMs = 5000;

export const jsonProgress = (write: (text: string) => void): ProgressView => ({
  report: (event) => write(JSON.stringify(event) + '\n'),
  clear: () => {},
});

/** Only warnings. */
export const quietProgress = (write: (text: string) => void): ProgressView => ({
  report: (event) => {
    if (event.type === 'warning') write(`warning: ${event.message}\n`);
  },
  clear: () => {},
});

/** Bars or plain lines, on stderr. */
export function humanProgress(options: ProgressOptions): ProgressView {
  const { write, now, interactive, columns, paint } = options;
  let barShown = false;
  let lastDrawn = -Infinity;
  let current: { label: string; start: number; firstDone: number } | undefined;

  const clear = (): void => {
    if (barShown) write('\r\x1b[K');
    barShown = false;
  };
  const line = (text: string): void => {
    clear();
    write(text + '\n');
  };
  const progress = (event: ProgressEvent & { type: 'progress' }): void => {
    const time = now();
    if (current?.label !== event.label || event.done < current.firstDone) {
      current = { label: event.label, start: time, firstDone: event.done };
      lastDrawn = interactive ? -Infinity : time;
    }
    const finished = event.total !== undefined && event.done >= event.total;
    const due = time - lastDrawn >= (interactive ? barIntervalMs : lineIntervalMs);
    if (!due && !finished) return;
    lastDrawn = time;
    const text = describeProgress(event, (time - current.start) / 1000, current.firstDone);
    if (interactive) {
      write(`\r\x1b[K${withBar(event, text, columns)}`);
      barShown = true;
    } else {
      write(`  ${text}\n`);
    }
    if (finished) current = undefined;
  };

  const report = (event: ProgressEvent): void => {
    switch (event.type) {
      case 'progress':
        return progress(event);
      case 'stage-start':
        current = undefined;
        return line(`${paint('bold', event.stage)} ${paint('dim', event.artifact)}`);
      case 'stage-end':
        current = undefined;
        return line(`${paint('green', `${event.stage} done`)} in ${formatSeconds(event.seconds)}`);
      case 'stage-reuse':
        return line(`${event.stage} ${paint('dim', `reused ${event.artifact}`)}`);
      case 'warning':
        return line(`${paint('yellow', 'warning:')} ${event.message}`);
      case 'note':
        return line(`  ${event.message}`);
      case 'metrics':
        return; // for programs and metrics.jsonl; what a person needs of them is in the progress detail
      default:
        event satisfies never;
    }
  };
  return { report, clear };
}

/** `train  120/300 steps, 3.1 steps/s, 58 s left, loss 1.23`; the rate counts from what a resumed run starts at. */
export function describeProgress(
  event: ProgressEvent & { type: 'progress' },
  seconds: number,
  firstDone = 0,
): string {
  const { label, done, total, unit, detail } = event;
  const rate = seconds > 0 ? (done - firstDone) / seconds : 0;
  const parts = [`${formatNumber(done)}${total === undefined ? '' : `/${formatNumber(total)}`} ${unit}`];
  if (rate > 0) parts.push(`${formatNumber(rate)} ${unit}/s`);
  if (rate > 0 && total !== undefined && done < total)
    parts.push(`${formatSeconds((total - done) / rate)} left`);
  if (detail !== undefined) parts.push(detail);
  return `${label}  ${parts.join(', ')}`;
}

function withBar(event: ProgressEvent & { type: 'progress' }, text: string, columns: number): string {
  const room = Math.max(20, columns - 1);
  if (event.total === undefined || event.total <= 0 || room < 60) return text.slice(0, room);
  const width = 20;
  const filled = Math.min(width, Math.round((event.done / event.total) * width));
  return `${'━'.repeat(filled)}${'─'.repeat(width - filled)} ${text}`.slice(0, room);
}
