// Reads a mail that an inbound-parse service posts: as raw MIME, or as a field of a form that also has the envelope.
import type { Writable } from 'node:stream'
import { setImmediate as afterOthers } from 'node:timers/promises'
import { Busboy } from '@fastify/busboy'
import { MAIL_LIMIT } from '#channels/email/inbound/mail.ts'
import type { Envelope } from '#channels/email/inbound/meaning.ts'
import { ApiError, invalid, missing } from '#http/errors.ts'

export type Posted = { raw: Buffer; envelope: Envelope }

/** The names of the field with the whole mail: SendGrid (`email`), Mailgun (`body-mime`) and others (`raw`). */
const MAIL_FIELDS = ['email', 'raw', 'body-mime']

const UNKNOWN: Envelope = { return_path: null, recipients: [] }

/** @throws ApiError 415 for media types other than those of mails and forms. */
export async function readPosted(content_type: string, body: Buffer): Promise<Posted> {
  const type = content_type.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'multipart/form-data') return fromFields(await formFields(content_type, body))
  if (type === 'application/x-www-form-urlencoded') return fromFields(urlFields(body))
  if (type && !/^(message\/(rfc822|global)|text\/plain|application\/octet-stream)$/.test(type)) throw unsupported()
  if (!body.length) throw missing('The body must be a mail')
  return { raw: body, envelope: UNKNOWN }
}

const unsupported = () =>
  new ApiError(415, 'unsupported_media_type', 'The Content-Type header should be message/rfc822 or multipart/form-data')

type FieldsByName = ReadonlyMap<string, Buffer>

function fromFields(fields: FieldsByName): Posted {
  const raw = MAIL_FIELDS.map((name) => fields.get(name)).find((value) => value?.length)
  if (!raw) throw missing(`One of the fields ${MAIL_FIELDS.join(', ')} must be the whole mail`)
  return { raw, envelope: sendgridEnvelope(fields) ?? mailgunEnvelope(fields) }
}

/** `{"to":["a@in.example.com"],"from":"joe@example.org"}` */
function sendgridEnvelope(fields: FieldsByName): Envelope | undefined {
  const text = fields.get('envelope')?.toString('utf8', 0, MAX_ENVELOPE)
  if (!text) return undefined
  const { to, from } = json(text)
  const recipients = [to].flat().filter((address) => typeof address === 'string')
  return { return_path: typeof from === 'string' ? from : null, recipients: recipients.slice(0, MAX_RECIPIENTS) }
}

function mailgunEnvelope(fields: FieldsByName): Envelope {
  const recipients = fields.get('recipient')?.toString('utf8', 0, MAX_ENVELOPE).split(',') ?? []
  return {
    return_path: fields.get('sender')?.toString('utf8', 0, MAX_ENVELOPE) ?? null,
    recipients: recipients.map((address) => address.trim()).slice(0, MAX_RECIPIENTS),
  }
}

const MAX_RECIPIENTS = 100
/** In bytes: a hundred long addresses. */
const MAX_ENVELOPE = 65_536
const MAX_FIELDS = 200

function json(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    throw invalid('envelope must be JSON')
  }
}

function urlFields(body: Buffer): FieldsByName {
  let fields = 1
  for (let at = body.indexOf('&'); at >= 0; at = body.indexOf('&', at + 1))
    if (++fields > MAX_FIELDS) throw invalid(`The form has more than ${MAX_FIELDS} fields`)
  return new Map([...new URLSearchParams(body.toString())].map(([name, value]) => [name, Buffer.from(value)]))
}

/** Reads every field as bytes, because a mail has its own charsets. */
function formFields(content_type: string, body: Buffer): Promise<FieldsByName> {
  return new Promise((resolve, reject) => {
    const malformed = () => reject(invalid('The form cannot be read'))
    const fields = new Map<string, Buffer>()
    try {
      const form = new Busboy({
        headers: { 'content-type': content_type },
        isPartAFile: () => true,
        limits: { parts: MAX_FIELDS, files: MAX_FIELDS, fileSize: MAIL_LIMIT + 1 },
      })
      form.on('file', (name, stream) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => fields.set(name, Buffer.concat(chunks)))
        stream.on('error', malformed)
      })
      form.on('finish', () => resolve(fields))
      form.on('error', malformed)
      writeInSteps(form, body).catch(malformed)
    } catch {
      malformed()
    }
  })
}

const STEP_BYTES = 128 * 1024

/** Other requests run between the steps. */
async function writeInSteps(form: Writable, body: Buffer) {
  for (let at = 0; at < body.length; at += STEP_BYTES) {
    form.write(body.subarray(at, at + STEP_BYTES))
    await afterOthers()
  }
  form.end()
}
