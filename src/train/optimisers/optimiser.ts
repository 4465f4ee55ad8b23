/**
 * What every optimiser is: a rule that updates a stretch of one parameter in place, given the gradient and some state.
 * A rule knows nothing of threads, clipping over all tensors or checkpoints; new-optimiser.ts and pieces.ts do that for all of them.
 */
export type StateArray = Float32Array | Uint8Array;

/** One tensor of state, zero at the start. U8 where it holds codes of 8 bits. */
export type StateShape = { dtype: 'F32' | 'U8'; shape: readonly number[] };

/** A trainable parameter with all that its update reads and writes. */
export type Slot = {
  shape: readonly number[];
  data: Float32Array;
  gradient: Float32Array;
  /** By the names that UpdateRule.state gives. */
  state: Readonly<Record<string, StateArray>>;
  /** Whether weight decay applies. */
  decays: boolean;
};

export type OptimiserSettings = { beta1: number; beta2: number; epsilon: number; weightDecay: number };

export type StepSettings = OptimiserSettings & {
  /** Counts from 1. */
  step: number;
  learningRate: number;
  /** Factor on every gradient: what clipping to a norm leaves of it. */
  gradientScale: number;
};

/** Elements of a stretch. Enough for a few hundred microseconds: little is lost while the last thread finishes. */
export const pieceLength = 65_536;

export type UpdateRule = {
  /** The state that a parameter of this shape needs. */
  state: (shape: readonly number[]) => Readonly<Record<string, StateShape>>;
  /** Whether a parameter must be updated as a whole. If not, stretches begin at multiples of pieceLength. */
  whole: boolean;
  /** Updates elements start to end of `slot`, and their state. */
  update: (slot: Slot, settings: StepSettings, start: number, end: number) => void;
};

/**
 * Whether a parameter decays, by its name: all but biases and the weights of norms, as Trainer.get_decay_parameter_names
 * of transformers has it. Both matrices of a LoRA decay.
 */
export function decays(name: string): boolean {
  return !/bias|layernorm|rmsnorm|(^|[._])norm($|\.)/i.test(name);
}
