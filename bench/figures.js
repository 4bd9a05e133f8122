/** The middle one of the figures, with the least and the greatest. */
export function summary (figures) {
  const sorted = [...figures].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, least: sorted[0], greatest: sorted[sorted.length - 1], count: sorted.length }
}

/** Each round's figure as a part of the same round's figure of another: what the machine did to both falls out. */
export const ratios = (figures, others) => summary(figures.map((figure, round) => figure / others[round]))
