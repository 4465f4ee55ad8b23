import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import type { ProjectConfig } from './config.ts';

export const stageNames = [
  'collect',
  'synthesise',
  'curate',
  'split',
  'train',
  'align',
  'export',
  'evaluate',
  'register',
] as const;
export type StageName = (typeof stageNames)[number];

/** A finished artifact: a folder named by the hash of everything it was made from. */
export type Artifact = {
  stage: StageName;
  /** `train-0123456789ab`: the stage and the first 12 hex digits of the key; also the folder's name. */
  id: string;
  /** SHA-256 of what the files hold: equal for equal results. */
  digest: string;
  folder: string;
  summary: Record<string, Json>;
};

/** One step of the pipeline: a plain function from input artifacts and its own part of the config to an output folder. */
export type Stage = {
  readonly name: StageName;
  /** Raised when a change of code changes what the stage makes from the same inputs. */
  readonly version: number;
  /** Stages whose artifacts it gets; those that the project does not have are left out. */
  readonly needs: readonly StageName[];
  /** False for a project that does without this stage; absent for a stage that every project has. */
  readonly isPartOf?: (config: ProjectConfig) => boolean;
  /**
   * The parts of the project file that the result depends on, under their names there (`{ train, seed }`); hashed into
   * the artifact's id. The seed is among them only where the stage draws random numbers.
   */
  readonly configPart: (config: ProjectConfig) => Readonly<Record<string, unknown>>;
  /** Files outside the project file that the result depends on (sources, base model); each is hashed by content. */
  readonly sourceFiles?: (config: ProjectConfig, projectFolder: string) => Promise<string[]>;
  /** Files that hold times and speeds: kept and checked, but no reason to redo what follows when they alone differ. */
  readonly timedFiles?: readonly string[];
  /** For a stage with an effect outside its folder: says why a finished artifact no longer stands for it. */
  readonly findMissing?: (artifact: Artifact, projectFolder: string) => Promise<string | undefined>;
  /** Throws for a project that this stage could not finish. Asked before the first stage of a run that has this one. */
  readonly check?: (config: ProjectConfig, projectFolder: string) => Promise<void>;
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
