/** Plain LoRA in all but rank, alpha, dropout and target modules. */
export const plainLora = {
  rankPattern: {},
  alphaPattern: {},
  useRslora: false,
  useDora: false,
  bias: 'none',
  modulesToSave: [],
} as const;
