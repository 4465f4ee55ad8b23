/**
 * The work of one optimiser step, cut into pieces that several threads take from one counter. Who takes a piece changes
 * no result: pieces touch different elements, and their sums of squares are added in the order of the pieces.
 */
import { adafactor } from './adafactor.ts';
import { adamW8bit } from './adamw-8bit.ts';
import { adamW } from './adamw.ts';
import { pieceLength } from './optimiser.ts';
import type { Slot, StepSettings, UpdateRule } from './optimiser.ts';

export const updateRules = { adamw: adamW, adamw_8bit: adamW8bit, adafactor } satisfies Record<
  string,
  UpdateRule
>;
export type OptimiserName = keyof typeof updateRules;

/** Elements `start` to `end` of the slot of that index. */
type Piece = { slot: number; start: number; end: number };

/** What all threads share. Every array lies on shared memory. */
export type SharedWork = {
  optimiser: OptimiserName;
  slots: readonly Slot[];
  /** Of each piece the sum of its squared gradients. */
  squares: Float64Array;
  /** [0] is the next piece that nobody has taken. */
  next: Int32Array;
};

export type PieceTask = { type: 'squares' } | { type: 'update'; settings: StepSettings };

/**
 * All parameters, by their `sizes` in weights, cut into pieces; an update rule that needs a tensor whole gets it whole.
 */
export function piecesOf(optimiser: OptimiserName, sizes: readonly number[]): Piece[] {
  const { whole } = updateRules[optimiser];
  return sizes.flatMap((size, slot) => {
    // No rounding here: V8 takes what Math.ceil returns for a float, and loops that count from it are half as fast.
    const length = whole ? size : pieceLength;
    return Array.from({ length: Math.ceil(size / length) }, (_, i) => ({
      slot,
      start: i * length,
      end: Math.min(size, (i + 1) * length),
    }));
  });
}

/** Takes pieces until none is left. Every thread that takes part runs this. */
export function takePieces(pieces: readonly Piece[], work: SharedWork, task: PieceTask): void {
  const { update } = updateRules[work.optimiser];
  for (;;) {
    const index = Atomics.add(work.next, 0, 1);
    const piece = pieces[index];
    if (!piece) return;
    const slot = work.slots[piece.slot]!;
    if (task.type === 'update') update(slot, task.settings, piece.start, piece.end);
    else work.squares[index] = sumOfSquares(slot.gradient, piece.start, piece.end);
  }
}

function sumOfSquares(values: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]! * values[i]!;
  return sum;
}
