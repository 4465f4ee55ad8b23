/** A hub of one model on this machine: the requests that @huggingface/hub and our download make, and the ways they fail. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type HubRequest = { server: 'hub' | 'storage'; path: string; range?: string; authorization?: string };

export type FakeHub = {
  endpoint: string;
  commit: string;
  /** Every request so far. */
  requests: HubRequest[];
  /** Content by name; may be changed while the hub runs. */
  files: Map<string, Buffer>;
  /** For each request for a weight file in turn: close the connection when the client has kept this many bytes of it. */
  cutAfterBytes: number[];
  /** How many bytes of the weight file the client has kept. */
  keptBytes: () => number;
  ignoreRange: boolean;
  /** What the storage server sends in place of a file. */
  replaced: Map<string, Buffer>;
  /** Answers to give in turn, before any real one. */
  troubles: { status: number; headers?: Record<string, string>; body?: string }[];
  /** Only for requests to download a file: the licence has not been accepted. */
  gated: boolean;
  close: () => Promise<void>;
};

const isLarge = (name: string): boolean => name.endsWith('.safetensors') || name === 'tokenizer.json';

/** Starts a hub; large files redirect to a second server, as they do on the real one. Close it when done. */
export async function startFakeHub(
  repository: string,
  content: Record<string, string | Buffer>,
): Promise<FakeHub> {
  const storage = createServer((request, response) => serveStored(hub, request, response));
  const front = createServer((request, response) =>
    serveFront(hub, repository, storageUrl, request, response),
  );
  const urls = await Promise.all(
    [front, storage].map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  const storageUrl = urls[1]!;
  const hub: FakeHub = {
    endpoint: urls[0]!,
    commit: '0123456789abcdef0123456789abcdef01234567',
    requests: [],
    files: new Map(Object.entries(content).map(([name, data]) => [name, Buffer.from(data)])),
    cutAfterBytes: [],
    keptBytes: () => Infinity,
    ignoreRange: false,
    replaced: new Map(),
    troubles: [],
    gated: false,
    close: async () => {
      for (const server of [front, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  return hub;
}

function record(hub: FakeHub, server: HubRequest['server'], { url, headers }: IncomingMessage): string {
  const { range, authorization } = headers;
  const path = decodeURIComponent(new URL(url!, 'http://x').pathname);
  hub.requests.push({ server, path, ...(range && { range }), ...(authorization && { authorization }) });
  return path;
}

function serveFront(
  hub: FakeHub,
  repository: string,
  storageUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = record(hub, 'hub', request);
  const trouble = hub.troubles.shift();
  if (trouble !== undefined) {
    response.writeHead(trouble.status, trouble.headers).end(trouble.body ?? '{"error":"trouble"}');
    return;
  }
  const json = (value: unknown): unknown =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (path === `/api/models/${repository}/revision/main`)
    json({ _id: '1', id: repository, sha: hub.commit, lastModified: '2026-01-01T00:00:00.000Z' });
  else if (path === `/api/models/${repository}/tree/${hub.commit}`) json(listing(hub.files));
  else if (path.startsWith(`/${repository}/resolve/${hub.commit}/`)) {
    const name = path.split('/').at(-1)!;
    if (hub.gated) response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end('{"error":"gated"}');
    else if (isLarge(name)) response.writeHead(302, { location: `${storageUrl}/${name}` }).end();
    else response.end(hub.replaced.get(name) ?? hub.files.get(name));
  } else response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end('{"error":"not found"}');
}

function listing(files: ReadonlyMap<string, Buffer>): unknown[] {
  const entries = [...files].map(([path, data]) => {
    const gitBlob = (bytes: Buffer): string =>
      createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    if (!isLarge(path)) return { type: 'file', path, size: data.length, oid: gitBlob(data) };
    const sha256 = createHash('sha256').update(data).digest('hex');
    const pointer = Buffer.from(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${data.length}\n`,
    );
    const lfs = { oid: sha256, size: data.length, pointerSize: pointer.length };
    return { type: 'file', path, size: data.length, oid: gitBlob(pointer), lfs };
  });
  return [{ type: 'directory', path: 'original', size: 0, oid: '0' }, ...entries];
}

function serveStored(hub: FakeHub, request: IncomingMessage, response: ServerResponse): void {
  const name = record(hub, 'storage', request).slice(1);
  const data = hub.replaced.get(name) ?? hub.files.get(name)!;
  const start = hub.ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = data.subarray(start);
  const range = start > 0 ? { 'content-range': `bytes ${start}-${data.length - 1}/${data.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length, ...range });
  const cut = name.endsWith('.safetensors') ? hub.cutAfterBytes.shift() : undefined;
  if (cut === undefined) response.end(rest);
  else response.write(rest.subarray(0, cut), () => void closeWhenKept(hub, start + cut, response));
}

/** A connection that closes earlier may take bytes with it that have arrived and were not looked at yet. */
async function closeWhenKept(hub: FakeHub, bytes: number, response: ServerResponse): Promise<void> {
  while (!response.destroyed && hub.keptBytes() < bytes) await new Promise(setImmediate);
  response.destroy();
}
