// The text of a hosts file, with one line of ours or without it.

const MARK = '# added by interphone hosts'

/** The line leads to this machine. */
export const hostsLine = (names: readonly string[]): string => `127.0.0.1 ${names.join(' ')} ${MARK}`

/** Returns the text with the line in front, in place of an earlier one. */
export const withLine = (text: string, names: readonly string[]): string => `${hostsLine(names)}\n${withoutLine(text)}`

/** Returns the text as it was before. */
export const withoutLine = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !(line.startsWith('127.0.0.1 ') && line.endsWith(` ${MARK}`)))
    .join('\n')
