// The name of a file as somebody else gave it, made fit to be kept and shown.

const LONGEST = 255

/** Controls, and what turns the direction of text: `gpj.exe` could be shown as `exe.jpg`. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** The last part of a path, whichever way its slashes lean; cut in front of its ending where it is too long. */
export function fileName(given: string): string {
  const [name = ''] = given.toWellFormed().replace(UNSEEN, '').split(/[/\\]/).slice(-1)
  const trimmed = name.trim()
  if (/^\.*$/.test(trimmed)) return 'file'
  if (trimmed.length <= LONGEST) return trimmed
  const [ending = ''] = /\.[^.]{1,20}$/.exec(trimmed) ?? []
  return trimmed.slice(0, LONGEST - ending.length).toWellFormed() + ending
}
