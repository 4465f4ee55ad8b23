/** A thread that takes pieces of optimiser steps. */
import { parentPort } from 'node:worker_threads';
import { piecesOf, takePieces } from './pieces.ts';
import type { PieceTask, SharedWork } from './pieces.ts';

/** What the worker is told: what to work on (again whenever it changes), and what to do with it. */
export type OptimiserRequest = { work?: SharedWork; task: PieceTask };

let work: SharedWork;
let pieces: ReturnType<typeof piecesOf>;

parentPort!.on('message', (request: OptimiserRequest) => {
  if (request.work) {
    work = request.work;
    pieces = piecesOf(
      work.optimiser,
      work.slots.map(({ data }) => data.length),
    );
  }
  takePieces(pieces, work, request.task);
  parentPort!.postMessage('done');
});
