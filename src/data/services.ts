/**
 * What curation may use of the layers above it: models, encoders, judges. The pipeline's stage hands them in as
 * functions, each only where the project has it, and only `conclude` of a corpus rule can call them.
 */
export type CurateServices = {
  /** A vector for each text, all of one length. Throws AttuneError 'backend'. */
  embed?: (texts: readonly string[], signal: AbortSignal) => Promise<readonly Float32Array[]>;
};
