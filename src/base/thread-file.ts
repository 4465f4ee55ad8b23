/** The file that a thread runs, beside the module at `url`: TypeScript as that is, JavaScript in the published package. */
export function threadFile(url: string, name: string): URL {
  return new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url);
}
