// The HTTP error for a mail that is refused for good.
import { RefusedMail } from '#channels/email/inbound/mail.ts'
import { ApiError, invalid } from '#http/errors.ts'

/** For `catch`. @throws ApiError 413 or 400; any other error unchanged */
export function refuse(error: Error): never {
  if (!(error instanceof RefusedMail)) throw error
  throw error.is_too_large ? new ApiError(413, 'payload_too_large', error.message) : invalid(error.message)
}
