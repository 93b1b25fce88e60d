// ETags of answers, and whether the client has the answer already.
import { createHash } from 'node:crypto'

/** Returns the ETag of a text. */
export const etagOf = (text: string): string => `"${createHash('sha1').update(text).digest('base64url')}"`

/** Returns whether an `If-None-Match` or `If-Range` header has the etag. */
export const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
