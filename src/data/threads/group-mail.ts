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
  /** Addresses in From, To and Cc. */
  people: readonly number[];
};

/** Of the mails with one subject so many of the latest are looked at for one between the same people. */
const rememberedBySubject = 20;

/**
 * The positions of the mails of each conversation, conversations in the order of their first mail. Mails that name a
 * common id are one conversation, whether or not the mail of that id is there, and whatever circles they form. A reply
 * ("Re: ...") without references joins the latest mail of the same subject that shares a person with it.
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
  const order = [...mails.keys()].sort((a, b) => mails[a]!.time - mails[b]!.time || a - b);
  const bySubject = new Map<string, number[]>();
  for (const i of order) {
    const { subject, references, people } = mails[i]!;
    const base = baseSubject(subject).toLowerCase();
    if (base === '') continue;
    const earlier = bySubject.get(base) ?? [];
    if (references.length === 0 && base.length < subject.trim().length) {
      const other = earlier.findLast((j) => mails[j]!.people.some((person) => people.includes(person)));
      if (other !== undefined) join(other, i);
    }
    earlier.push(i);
    if (earlier.length > rememberedBySubject) earlier.shift();
    bySubject.set(base, earlier);
  }
}
