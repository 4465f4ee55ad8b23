/**
 * PDF files, each read by PDF.js in a thread of its own that can be stopped: a few kilobytes of PDF can ask for any
 * amount of time and memory.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { threadFile } from '../../base/thread-file.ts';
import { NoPage, type Page } from './page.ts';
import type { PdfReply } from './pdf-worker.ts';

export type PdfReader = {
  /** Throws NoPage for what is broken, protected by a password, too large, or without text. */
  read: (bytes: Buffer, signal: AbortSignal) => Promise<Page>;
  close: () => Promise<void>;
};

/** Processor time and memory that one file may take: time on the clock would refuse files when the machine is busy. */
export type PdfLimits = { seconds: number; megabytes: number };

/** Many times over what the largest manuals need: 50 pages take a tenth of a second. */
const usualLimits: PdfLimits = { seconds: 60, megabytes: 1024 };
const watchEveryMs = 50;

/** The thread is started with the first file and used for all, until one of them has to be stopped. */
export function openPdfReader(limits: PdfLimits = usualLimits): PdfReader {
  let worker: Worker | undefined;
  const close = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    await old?.terminate();
  };
  return {
    read: async (bytes, signal) => {
      worker ??= await startWorker(limits);
      const reply = await ask(worker, bytes, limits, signal);
      if (reply.type === 'page') return reply.page;
      if (reply.type === 'stopped') await close();
      throw new NoPage(reply.reason, { bad: true });
    },
    close,
  };
}

/** Resolves once PDF.js is loaded. */
async function startWorker({ megabytes }: PdfLimits): Promise<Worker> {
  const worker = new Worker(threadFile(import.meta.url, 'pdf-worker'), {
    resourceLimits: { maxOldGenerationSizeMb: megabytes },
    // PDF.js warns about every oddity of a file.
    stdout: true,
    stderr: true,
  });
  await once(worker, 'message');
  return worker;
}

/** The worker's reply, or `stopped` with the reason when it broke a limit. */
async function ask(
  worker: Worker,
  bytes: Buffer,
  { seconds, megabytes }: PdfLimits,
  signal: AbortSignal,
): Promise<PdfReply | { type: 'stopped'; reason: string }> {
  const hasTakenLonger = await openClock(worker, seconds);
  return new Promise((resolve) => {
    const tooMuchMemory = `it takes more than ${megabytes} MB of memory to read`;
    const memoryBefore = process.memoryUsage.rss();
    const settle = (reply: PdfReply | { type: 'stopped'; reason: string }): void => {
      clearInterval(watch);
      worker.off('message', settle).off('error', onError).off('exit', onExit);
      resolve(reply);
    };
    const stop = (reason: string): void => settle({ type: 'stopped', reason });
    const onError = (error: Error & { code?: string }): void =>
      stop(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuchMemory : 'it breaks the reader of PDF files');
    const onExit = (): void => stop('it breaks the reader of PDF files');
    // Buffers lie outside the heap that resourceLimits bounds, so the whole process is watched.
    const watch = setInterval(() => {
      if (signal.aborted) stop('stopped on request');
      else if (hasTakenLonger()) stop(`it takes more than ${seconds} seconds to read`);
      else if (process.memoryUsage.rss() - memoryBefore > megabytes * 1024 ** 2) stop(tooMuchMemory);
    }, watchEveryMs);
    worker.on('message', settle).on('error', onError).on('exit', onExit);
    worker.postMessage(new Uint8Array(bytes));
  });
}

/** Tells whether the thread has used so much processor time from now on, or waited so long for nothing. */
async function openClock(worker: Worker, seconds: number): Promise<() => boolean> {
  const usedBefore = await worker.cpuUsage();
  const waitedBefore = worker.performance.eventLoopUtilization();
  let used = 0;
  let isAsked = false;
  const look = async (): Promise<void> => {
    const { user, system } = await worker.cpuUsage(usedBefore);
    used = (user + system) / 1e6;
    isAsked = false;
  };
  return () => {
    // A thread that has ended gives no answer, and its end is told otherwise.
    if (!isAsked) look().catch(() => {});
    isAsked = true;
    return used > seconds || worker.performance.eventLoopUtilization(waitedBefore).idle > seconds * 1000;
  };
}
