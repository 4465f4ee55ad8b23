/** How servers of strangers are asked. */

const mostMegabytes = 32;

/**
 * `fetch` that follows no redirect, since the key and the conversation are for the server that was named (a vendor's own
 * header with the key would be sent along), and that gives up a body of more than 32 MB before it fills the memory.
 */
export const guardedFetch: typeof fetch = async (input, init) => {
  const response = await globalThis.fetch(input, { ...init, redirect: 'manual' });
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(bounded()), { status, statusText, headers });
};

function bounded(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.length;
      if (bytes > mostMegabytes * 1e6) controller.error(new Error(`it is larger than ${mostMegabytes} MB`));
      else controller.enqueue(chunk);
    },
  });
}
