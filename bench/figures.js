/** The middle one of the figures, with the least and the greatest. */
export function summary (figures) {
  const sorted = [...figures].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, least: sorted[0], greatest: sorted[sorted.length - 1], count: sorted.length }
}

/** In an order by chance: whoever comes behind a server that leaves much garbage has a part in its collection. */
export function shuffled (list) {
  const order = [...list]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]]
  }
  return order
}

/** Each round's figure as a part of the same round's figure of another: what the machine did to both falls out. */
export const ratios = (figures, others) => summary(figures.map((figure, round) => figure / others[round]))
