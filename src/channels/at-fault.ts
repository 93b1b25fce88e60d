// How a delivery's history tells that its channel account is at fault, rather than the message or its recipient. What the
// account did wrong somebody can put right, so such a refusal is never final: it is tried again, for a day.

/** `reason` is a sentence. */
export const accountAtFault = (reason: string): string => `The channel account cannot be used. ${reason}`
