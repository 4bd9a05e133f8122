/** What the owner of the application should know of: the plugin writes it to the log. */
export interface ReportedEvent {
  readonly level: 'info' | 'warn' | 'error'
  /** A plain sentence. */
  readonly message: string
  readonly [fact: string]: unknown
}

export type Report = (event: ReportedEvent) => void
