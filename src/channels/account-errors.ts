// Errors of the channel account, not of the message or its recipient. The operator can fix them, so the delivery is not
// failed: it is retried for a day.

/** Returns the reason that a delivery's history shows for such an error. `reason` is a sentence. */
export const accountError = (reason: string): string => `The channel account cannot be used. ${reason}`
