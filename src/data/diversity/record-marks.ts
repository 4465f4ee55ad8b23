/** Marks: a 1 for each record that is meant, a byte a record. */

export function countMarks(marks: Uint8Array): number {
  let count = 0;
  for (const mark of marks) count += mark;
  return count;
}

export function marked(marks: Uint8Array): Int32Array {
  const records = new Int32Array(countMarks(marks));
  let at = 0;
  marks.forEach((mark, i) => {
    if (mark === 1) records[at++] = i;
  });
  return records;
}
