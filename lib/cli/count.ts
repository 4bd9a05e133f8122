/** A number with its noun: `1 entry`, `2 entries`. */
export const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
