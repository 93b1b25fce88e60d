// Text from outside, as a database can hold it.

/** Without NUL, which no database text holds; half a character, which none holds either, becomes U+FFFD. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()
