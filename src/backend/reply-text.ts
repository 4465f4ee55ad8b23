/**
 * Turns generated text, piece by piece, into what a user sees: stop texts end it, tool calls are taken out. Text that may
 * be the start of either is held back until it is clear.
 */
import type { ToolCall } from '../data/example.ts';
import { parseToolCalls } from '../text/tool-call.ts';

const toolCallStart = '<tool_call>';
const toolCallEnd = '</tool_call>';

export class ReplyText {
  content = '';
  readonly toolCalls: ToolCall[] = [];
  /** A stop text has come; it and what follows are not part of the reply. */
  stopped = false;
  #pending = '';
  readonly #stops: readonly string[];

  constructor(stops: readonly string[] = []) {
    this.#stops = stops.filter((stop) => stop.length > 0);
  }

  /** Takes the next piece and returns the text that can be shown now. */
  push(piece: string): string {
    if (this.stopped) return '';
    this.#pending += piece;
    let shown = '';
    for (;;) {
      const stop = this.#firstStop();
      const call = this.#pending.indexOf(toolCallStart);
      if (stop >= 0 && (call < 0 || stop < call)) {
        shown += this.#pending.slice(0, stop);
        this.#pending = '';
        this.stopped = true;
        break;
      }
      if (call < 0) {
        const keep = this.#possibleStart();
        shown += this.#pending.slice(0, this.#pending.length - keep);
        this.#pending = this.#pending.slice(this.#pending.length - keep);
        break;
      }
      shown += this.#pending.slice(0, call);
      this.#pending = this.#pending.slice(call);
      const end = this.#pending.indexOf(toolCallEnd);
      if (end < 0) break;
      const whole = this.#pending.slice(0, end + toolCallEnd.length);
      this.#pending = this.#pending.slice(whole.length);
      const { toolCalls } = parseToolCalls(whole);
      // A call that cannot be read is shown as it is rather than lost.
      if (toolCalls.length > 0) this.toolCalls.push(...toolCalls);
      else shown += whole;
    }
    this.content += shown;
    return shown;
  }

  /** No more pieces will come: returns what was held back. */
  finish(): string {
    const rest = this.#pending;
    this.#pending = '';
    this.content += rest;
    return rest;
  }

  #firstStop(): number {
    const places = this.#stops.map((stop) => this.#pending.indexOf(stop)).filter((place) => place >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  /** Length of the longest end of the pending text with which a stop text or a tool call may begin. */
  #possibleStart(): number {
    let longest = 0;
    for (const marker of [toolCallStart, ...this.#stops])
      for (let length = Math.min(marker.length - 1, this.#pending.length); length > longest; length--)
        if (this.#pending.endsWith(marker.slice(0, length))) longest = length;
    return longest;
  }
}
