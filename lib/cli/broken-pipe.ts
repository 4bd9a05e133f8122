/** Whoever reads the output may stop before its end, as `head` does: that is no error. */
export function endQuietly (error: Error): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
}
