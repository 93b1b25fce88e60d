// What a report about a delivery does to its contact, as the history of the delivery has it.

export type Effect = 'hard_bounce' | 'spam_complaint' | 'unsubscribe'

/** Returns the effect that counts, or undefined: reports with several are not known. */
export function effectOf(report: { [effect in Effect]?: boolean | undefined }): Effect | undefined {
  if (report.hard_bounce) return 'hard_bounce'
  if (report.spam_complaint) return 'spam_complaint'
  return report.unsubscribe ? 'unsubscribe' : undefined
}
