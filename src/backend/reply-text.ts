/**
 * Turns generated text, piece by piece, into what a user sees: stop texts end it, tool calls are taken out. Text that may
 * be the start of either is held back until it is clear.
 */
import type { ToolCall } from '../data/example.ts';
import { parseToolCall, toolCallMarks } from '../text/tool-call.ts';

export type CallMark = keyof typeof toolCallMarks;

export class ReplyText {
  content = '';
  readonly toolCalls: ToolCall[] = [];
  /** A stop text has come; it and what follows are not part of the reply. */
  stopped = false;
  #pending = '';
  readonly #stops: readonly string[];
  /** Where marks of calls begin in the pending text that came as tokens; undefined where letters are marks. */
  #marks: { mark: CallMark; at: number }[] | undefined;

  /** With `marksAreTokens`, calls are marked by `pushMark` alone, and letters that spell a mark are text. */
  constructor(stops: readonly string[] = [], { marksAreTokens = false } = {}) {
    this.#stops = stops.filter((stop) => stop.length > 0);
    this.#marks = marksAreTokens ? [] : undefined;
  }

  /** Takes a mark that the model generated as a token, and returns the text that can be shown now. */
  pushMark(mark: CallMark): string {
    this.#marks?.push({ mark, at: this.#pending.length });
    return this.push(toolCallMarks[mark]);
  }

  /** Takes the next piece and returns the text that can be shown now. */
  push(piece: string): string {
    if (this.stopped) return '';
    this.#pending += piece;
    let shown = '';
    for (;;) {
      const stop = this.#firstStop();
      const call = this.#find('start');
      if (stop >= 0 && (call < 0 || stop < call)) {
        shown += this.#take(stop);
        this.#pending = '';
        this.stopped = true;
        break;
      }
      if (call < 0) {
        shown += this.#take(this.#pending.length - this.#possibleStart());
        break;
      }
      shown += this.#take(call);
      const end = this.#find('end');
      if (end < 0) break;
      const whole = this.#take(end + toolCallMarks.end.length);
      const toolCall = parseToolCall(whole.slice(toolCallMarks.start.length, end));
      // A call that cannot be read is shown as it is rather than lost.
      if (toolCall) this.toolCalls.push(toolCall);
      else shown += whole;
    }
    this.content += shown;
    return shown;
  }

  /** No more pieces will come: returns what was held back. */
  finish(): string {
    const rest = this.#take(this.#pending.length);
    this.content += rest;
    return rest;
  }

  #find(mark: CallMark): number {
    if (this.#marks === undefined) return this.#pending.indexOf(toolCallMarks[mark]);
    return this.#marks.find((one) => one.mark === mark)?.at ?? -1;
  }

  /** Takes the first `length` characters off the pending text. */
  #take(length: number): string {
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    this.#marks = this.#marks?.map(({ mark, at }) => ({ mark, at: at - length })).filter(({ at }) => at >= 0);
    return taken;
  }

  #firstStop(): number {
    const places = this.#stops.map((stop) => this.#pending.indexOf(stop)).filter((place) => place >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  /** Length of the longest end of the pending text with which a stop text or a tool call may begin. */
  #possibleStart(): number {
    let longest = 0;
    const starts = this.#marks === undefined ? [toolCallMarks.start, ...this.#stops] : this.#stops;
    for (const start of starts)
      for (let length = Math.min(start.length - 1, this.#pending.length); length > longest; length--)
        if (this.#pending.endsWith(start.slice(0, length))) longest = length;
    return longest;
  }
}
