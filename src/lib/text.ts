// Makes text from outside fit for the database.

/** Returns the text without NUL, and with U+FFFD for each half of a character: PostgreSQL accepts neither. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()
