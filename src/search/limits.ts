// The numbers that choose the way in which a search reads: see docs/decisions for the measurements. Tests change them.

export const LIMITS = {
  /** A workspace with fewer objects is read through. */
  few: 2_000,
  /** As many candidates are read by their ids. */
  gathered: 2_000,
  /** As many ids of a range are sorted to find the newest. */
  sorted: 20_000,
  /** Rows that a walk reads before it counts as slow. */
  walked: 20_000,
  /** In a workspace with fewer objects, all narrow rows are read for a part of a text. */
  read_through: 20_000,
  /** A query with more leaves is not looked up in indexes. */
  leaves: 40,
}
