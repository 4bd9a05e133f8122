/** Where certificate lists and OCSP responses come from: files, HTTP, memory. */
export { fetchOctets, type FetchLimits, type FetchRequest } from './fetch.js'
