/** Rows in the order in which they are shown, with what is known of each by now. Those that the list has lost since stay as they were. Pure. */
export function keepOrder<Row extends { id: number }>(shown: readonly Row[], known: readonly Row[]): Row[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  return shown.map((row) => byId.get(row.id) ?? row);
}
