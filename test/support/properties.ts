/**
 * fast-check, with the same cases in every run: a test that passed once passes again. PROPERTY_SEED draws other cases, as
 * many as wanted: `for seed in $(seq 100); do PROPERTY_SEED=$seed npm test; done`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });

export { fc };
