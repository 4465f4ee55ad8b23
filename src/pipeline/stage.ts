import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import type { ProjectConfig } from './config.ts';

export const stageNames = ['collect', 'curate', 'split', 'train', 'export', 'evaluate', 'register'] as const;
export type StageName = (typeof stageNames)[number];

/** A finished artifact: a folder named by the hash of everything it was made from. */
export type Artifact = { stage: StageName; id: string; folder: string; summary: Record<string, Json> };

/** One step of the pipeline: a plain function from input artifacts and its own part of the config to an output folder. */
export type Stage = {
  readonly name: StageName;
  /** Raised when a change of code changes what the stage makes from the same inputs. */
  readonly version: number;
  readonly needs: readonly StageName[];
  /** The part of the project file that the result depends on; hashed into the artifact's id. */
  readonly configPart: (config: ProjectConfig) => unknown;
  /** Files outside the project file that the result depends on (sources, base model); each is hashed by content. */
  readonly sourceFiles?: (config: ProjectConfig, projectFolder: string) => Promise<string[]>;
  readonly run: (context: StageContext) => Promise<Record<string, Json>>;
};

export type StageContext = {
  config: ProjectConfig;
  projectFolder: string;
  inputs: Readonly<Partial<Record<StageName, Artifact>>>;
  /** Empty folder to fill; renamed to the artifact's final name once `run` returns. */
  outputFolder: string;
  /** Kept between interrupted runs of this same artifact; removed when it is finished. */
  workFolder: string;
  report: Reporter;
  signal: AbortSignal;
};
