// Cleans the name of a file that came from outside, so that it can be stored and shown.

const MAX_LENGTH = 255

/** Control characters, and those that change the direction of text: they could show `gpj.exe` as `exe.jpg`. */
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * Returns the last part of a path with slashes or backslashes. A name that is too long is shortened before its
 * extension.
 */
export function fileName(given: string): string {
  const [name = ''] = given.toWellFormed().replace(INVISIBLE, '').split(/[/\\]/).slice(-1)
  const trimmed = name.trim()
  if (/^\.*$/.test(trimmed)) return 'file'
  if (trimmed.length <= MAX_LENGTH) return trimmed
  const [extension = ''] = /\.[^.]{1,20}$/.exec(trimmed) ?? []
  return trimmed.slice(0, MAX_LENGTH - extension.length).toWellFormed() + extension
}
