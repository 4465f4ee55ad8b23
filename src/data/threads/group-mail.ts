/** Which mails belong to one conversation, by their ids, and where a program sent none, by their subjects. */
import { baseSubject } from './thread.ts';

/** Ids and addresses stand as numbers, equal ones for equal texts, since a mailbox has many. */
export type MailHeader = {
  /** Message-ID, and the ids of the messages that it answers, the direct one included. */
  id: number | undefined;
  references: readonly number[];
  subject: string;
  /** Milliseconds; messages without a date stand before all others. */
  time: number;
  /** Addresses in From, To and Cc, without those of agents where there are others. */
  people: readonly number[];
};

/** Of the mails with one subject so many of the latest are looked at for one between the same people. */
const rememberedBySubject = 20;
const longestPause = 30 * 24 * 3_600_000;

/**
 * The positions of the mails of each conversation, conversations in the order of their first mail. Mails that name a
 * common id are one conversation, whether or not the mail of that id is there, and whatever circles they form. A reply
 * ("Re: ...") without references joins a mail of the same subject: of those that share most people with it the latest.
 * So does one whose references lead to no mail that is there, where that mail has none and is at most 30 days older.
 */
export function groupMail(mails: readonly MailHeader[]): number[][] {
  const parent = mails.map((_mail, i) => i);
  const find = (start: number): number => {
    let root = start;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = start; parent[at] !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const join = (a: number, b: number): void => {
    const [first, second] = [find(a), find(b)].sort((x, y) => x - y) as [number, number];
    parent[second] = first;
  };
  const namedFirst = new Map<number, number>();
  for (const [i, { id, references }] of mails.entries())
    for (const name of id === undefined ? references : [id, ...references]) {
      const other = namedFirst.get(name);
      if (other === undefined) namedFirst.set(name, i);
      else join(other, i);
    }
  joinBySubject(mails, join);
  const groups = new Map<number, number[]>();
  for (const i of mails.keys()) {
    const root = find(i);
    const group = groups.get(root);
    if (group) group.push(i);
    else groups.set(root, [i]);
  }
  return [...groups.values()];
}

function joinBySubject(mails: readonly MailHeader[], join: (a: number, b: number) => void): void {
  const ids = new Set(mails.map(({ id }) => id));
  const order = [...mails.keys()].sort((a, b) => mails[a]!.time - mails[b]!.time || a - b);
  const bySubject = new Map<string, number[]>();
  for (const i of order) {
    const { subject, references, people } = mails[i]!;
    const base = baseSubject(subject).toLowerCase();
    if (base === '') continue;
    const earlier = bySubject.get(base) ?? [];
    const leadsNowhere = references.every((reference) => !ids.has(reference));
    if (leadsNowhere && base.length < subject.trim().length) {
      const begun = (j: number): boolean =>
        mails[j]!.references.length === 0 && mails[i]!.time - mails[j]!.time <= longestPause;
      const other = withMostOf(
        people,
        references.length === 0 ? earlier : earlier.filter(begun),
        (j) => mails[j]!.people,
      );
      if (other !== undefined) join(other, i);
    }
    earlier.push(i);
    if (earlier.length > rememberedBySubject) earlier.shift();
    bySubject.set(base, earlier);
  }
}

/** Of the candidates that share a person the latest among those that share most. */
function withMostOf(
  people: readonly number[],
  candidates: readonly number[],
  peopleOf: (candidate: number) => readonly number[],
): number | undefined {
  let best: number | undefined;
  let most = 1;
  for (const candidate of candidates) {
    const others = peopleOf(candidate);
    const shared = people.filter((person) => others.includes(person)).length;
    if (shared < most) continue;
    most = shared;
    best = candidate;
  }
  return best;
}
