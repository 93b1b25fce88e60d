// Email addresses.

/** A text, one @ and a domain with a dot: stricter than RFC 5322, close to what mail servers accept. */
const ADDRESS = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\".]+(\.[^\s@<>()[\],;:\\".]+)+$/

const MAX_LENGTH = 254

export const isEmail = (text: string): boolean => text.length <= MAX_LENGTH && ADDRESS.test(text)
