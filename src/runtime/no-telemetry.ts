/**
 * ONNX Runtime's own builds, from 1.29 on, send Microsoft what models they run, hashes of their weights and facts of the
 * machine, and keep what is to be sent in the user's cache (https://github.com/microsoft/onnxruntime/pull/27379). This
 * variable, read once when the library is loaded, keeps it from all of that. Call it before, on the main thread: what
 * another thread writes to its environment native code does not see.
 */
export function disableTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
