// Errors that the channel account causes, rather than the message or its recipient. They can be repaired, so the delivery is
// never failed for good: it is retried for a day.

/** The reason that a delivery's history records for such an error. `reason` is a sentence. */
export const accountError = (reason: string): string => `The channel account cannot be used. ${reason}`
