/** Files that other people may have a hand in: read within bounds of size and time. */
export { FileError, readRegularFile, withinTime, type FileLimits } from './read-file.js'
