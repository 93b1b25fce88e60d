// Reads a `Retry-After` header. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after

/**
 * Returns the seconds to wait; the header has a number of seconds, or a date. Returns 0 for no or an invalid header.
 */
export function retryAfter(header: string | null | undefined): number {
  if (!header) return 0
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return seconds > 0 ? Math.ceil(seconds) : 0
}
