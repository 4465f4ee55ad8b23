/** A model on a Hugging Face hub: `owner/name`, at `revision` (a branch, a tag or a commit). */
export type HubId = { repository: string; revision: string };

// The hub's own rule (huggingface_hub validate_repo_id): at most 96 of [A-Za-z0-9_.-], no `--` and no `..`.
const hubPattern = /^([A-Za-z0-9_][\w.-]{0,95}\/[A-Za-z0-9_][\w.-]{0,95})(?:@([A-Za-z0-9_][\w./-]*))?$/;

/** Reads `owner/name` or `owner/name@revision`; undefined for anything else. Without a revision it is `main`. */
export function parseHubId(spec: string): HubId | undefined {
  const [, repository, revision = 'main'] = hubPattern.exec(spec) ?? [];
  if (repository === undefined || repository.includes('--') || spec.includes('..')) return undefined;
  return { repository, revision };
}

/** How a person writes it. */
export const hubIdText = ({ repository, revision }: HubId): string =>
  revision === 'main' ? repository : `${repository}@${revision}`;
