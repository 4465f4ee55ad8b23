import type { Made } from './task.ts';

/** Reads an item for each that was asked for; what is missing and what is too much gets a reason. */
export function readEach<Item, Asked>(
  items: readonly Item[],
  asked: readonly Asked[],
  read: (item: Item, asked: Asked, index: number) => Made,
): Made[] {
  const made = asked.map((one, i): Made => {
    const item = items[i];
    return item === undefined
      ? { reason: 'the model wrote fewer than it was asked for' }
      : read(item, one, i);
  });
  const surplus = items.length - asked.length;
  return surplus <= 0
    ? made
    : [
        ...made,
        {
          reason: `the model wrote ${surplus} more than it was asked for`,
          kind: 'the model wrote more than it was asked for',
        },
      ];
}
