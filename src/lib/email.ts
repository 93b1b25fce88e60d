// Email addresses.

/** Neither all that RFC 5322 allows nor much that mail servers refuse: something, one @, a domain with a dot. */
const ADDRESS = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\".]+(\.[^\s@<>()[\],;:\\".]+)+$/

const LONGEST = 254

export const isEmail = (text: string): boolean => text.length <= LONGEST && ADDRESS.test(text)
