const second = 1000
const minute = 60 * second

/** A list is fetched again at least this often: what was revoked meanwhile may stand in one that was issued before its time. */
export const greatestInterval = 60 * minute
const leastInterval = minute
const firstRetry = 5 * second
const greatestRetry = 10 * minute

// So long before `nextUpdate` the next list is mostly there.
const shortlyBefore = 5 * second

/**
 * In how many milliseconds a list is fetched again: after a half to three quarters of what is left until `nextUpdate`, so that many
 * servers do not come at once, and time is left to try again; from one minute to one hour. Where less than that minute is left it is
 * fetched 5 seconds before `nextUpdate`, and once more at it.
 * @param left milliseconds until `nextUpdate`; `undefined` where the list names none
 * @param random from 0 to 1
 */
export function intervalOf (left: number | undefined, random: number): number {
  const wanted = (left ?? greatestInterval) * (0.5 + random / 4)
  if (wanted >= leastInterval) return Math.min(wanted, greatestInterval)
  const rest = left as number
  if (rest > leastInterval + shortlyBefore) return leastInterval
  return Math.max(rest > 2 * shortlyBefore ? rest - shortlyBefore : rest, second)
}

/** In how many milliseconds it is tried again after so many failures in a row: from 5 seconds, twice as long each time, to 10 minutes; up to a half less, so that many servers do not come at once. */
export function retryOf (failures: number, random: number): number {
  return Math.min(firstRetry * 2 ** (failures - 1), greatestRetry) * (1 - random / 2)
}

/** In how many milliseconds it is tried again where a request waits for it: 10 seconds at most. */
export const retryOnDemand = (failures: number, random: number): number => Math.min(retryOf(failures, random), 10 * second)
