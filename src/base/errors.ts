/**
 * The one error class a user is meant to read. It says what happened (with the value found) and what to do.
 * Anything else that reaches the command line is a bug in Attune and is shown with its stack.
 */
export type ErrorCode =
  | 'config' // attune.yaml or a command line is wrong
  | 'data' // the user's records are wrong
  | 'model' // a model folder, tokenizer or checkpoint is wrong or not supported
  | 'training' // training cannot go on (no supervised tokens, loss not finite ...)
  | 'backend' // generation failed
  | 'parity' // what would be served differs from what was trained
  | 'registry' // a version or alias is missing, or its files were changed
  | 'locked' // another run holds the project
  | 'storage' // disk full, unreadable, not writable
  | 'interrupted' // stopped on request at a checkpoint
  | 'environment'; // the machine lacks something (Node version, native library)

export class AttuneError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, as one sentence. */
  readonly fix: string | undefined;

  constructor(code: ErrorCode, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'AttuneError';
    this.code = code;
    this.fix = options.fix;
  }
}
