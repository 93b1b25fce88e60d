// Range requests for parts of a file. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
import type { Slice } from '#files/storage.ts'

/** Returns a slice, `whole` without a range that we support, or `out_of_range` if the range is outside of the file. */
export function sliceOf(range: string | undefined, size: number): Slice | 'whole' | 'out_of_range' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.replaceAll(' ', '') ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return 'whole'
  if (first === '') return suffix(Number(last), size)
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'whole'
  return start < size ? { start, end } : 'out_of_range'
}

const suffix = (length: number, size: number): Slice | 'out_of_range' =>
  length && size ? { start: Math.max(0, size - length), end: size - 1 } : 'out_of_range'
