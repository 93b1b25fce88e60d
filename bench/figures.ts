// The types of a benchmark's results, and a fair comparison of two things: in turn, several times.

/** One row of the table. */
export type Row = {
  measure: string
  /** What it is compared with, in words. */
  against: string
  ours: string
  theirs: string
  ratio: string
  goal: string
  limit: string
}

/** `quick` uses smaller numbers, to see that it works, not for results. */
export type Size = { quick: boolean }

export const median = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

/** Measures both in turn, after a round that does not count. Returns the medians. */
export async function alternate(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ ours: number; theirs: number; ratio: number }> {
  const figures = { ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    const both = { ours: await ours(), theirs: await theirs() }
    if (round === 0) continue
    figures.ours.push(both.ours)
    figures.theirs.push(both.theirs)
  }
  const medians = { ours: median(figures.ours), theirs: median(figures.theirs) }
  return { ...medians, ratio: medians.ours / medians.theirs }
}

/** Does `work` for some seconds, `at_once` at a time; `n` counts from 0. Returns how often in a second. */
export async function rateOf(
  { seconds, at_once }: { seconds: number; at_once: number },
  work: (n: number) => PromiseLike<unknown>,
): Promise<number> {
  const began = performance.now()
  const until = began + seconds * 1000
  let done = 0
  await Promise.all(
    Array.from({ length: at_once }, async () => {
      while (performance.now() < until) await work(done++)
    }),
  )
  return done / ((performance.now() - began) / 1000)
}

export const perSecond = (figure: number): string => `${Math.round(figure).toLocaleString('en')}/s`
export const inMs = (figure: number): string => `${figure.toFixed(figure < 10 ? 2 : 0)} ms`
