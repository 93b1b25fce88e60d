// Which part of a file a request asks for. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
import type { Slice } from '#files/storage.ts'

/** A slice; `whole` where none is asked for in a way that we serve; `beyond` where there is nothing of what is asked for. */
export function sliceOf(range: string | undefined, size: number): Slice | 'whole' | 'beyond' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.replaceAll(' ', '') ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return 'whole'
  if (first === '') return suffix(Number(last), size)
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'whole'
  return start < size ? { start, end } : 'beyond'
}

const suffix = (length: number, size: number): Slice | 'beyond' =>
  length && size ? { start: Math.max(0, size - length), end: size - 1 } : 'beyond'

/** Whether what a client has (`If-None-Match`, `If-Range`) is what there is. */
export const names = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
