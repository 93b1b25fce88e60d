// What a `Retry-After` header asks for. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after

/** In seconds; the header holds a number of them, or a date. 0 where it asks for nothing. */
export function retryAfter(header: string | null | undefined): number {
  if (!header) return 0
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return seconds > 0 ? Math.ceil(seconds) : 0
}
