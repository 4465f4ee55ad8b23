/** Takes turns, so that whatever slows the machine for a minute slows everybody. */

export type Contender<T> = { name: string; measure: () => Promise<T> };

/** Runs every contender once a round, each round beginning with another one; results by name, in the order of rounds. */
export async function interleave<T>(
  contenders: readonly Contender<T>[],
  rounds: number,
  onRound: (round: number) => void,
): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, measure } = contenders[(round + turn) % contenders.length]!;
      results.get(name)!.push(await measure());
    }
    onRound(round + 1);
  }
  return results;
}
