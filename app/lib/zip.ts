/** The entries of two lists side by side. Throws when the second is shorter; its surplus is left out. */
export function zip<Left, Right extends NonNullable<unknown>>(
  left: readonly Left[],
  right: readonly Right[],
): [Left, Right][] {
  return left.map((one, index) => {
    const other = right[index];
    if (other === undefined) throw new Error(`Two lists differ in length: ${left.length} and ${right.length}`);
    return [one, other];
  });
}
