// Reads the HTML body of a request before its transaction begins, so that no transaction waits for a thread or a storage:
// takes out its pictures in `data:` URLs, and converts the rest.
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Files, inMegabytes } from '#files/files.ts'
import { type Links, referenceTo } from '#files/link.ts'
import { invalid } from '#http/errors.ts'
import { type DataUrl, takeDataPictures } from '#lib/data-pictures.ts'
import { toHtml, toHtmlAndText } from '#lib/html.ts'
import { htmlAndTextOf, htmlOf, isShort } from '#threads/html.ts'
import { isTooCostly } from '#threads/pool.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NewFile } from './queries.ts'
import { claimFile, writeUnclaimedFile } from './store.ts'

/** A picture that is written to the storage. `address` is its place in the HTML until it is claimed. */
export type WrittenPicture = { address: string; file: NewFile }

/** A body as safe HTML. `text` is the same as plain text, for operations that need it. */
export type WrittenBody = { html: string; text?: string; pictures: WrittenPicture[] }

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's `body`, as a preHandler has read it. Its pictures are taken out of `body` too. */
    written_body: WrittenBody
  }
}

type Options = {
  /** Where to store pictures. Without it, the sanitiser removes them. */
  files?: Files
  /** The most characters, without the pictures. */
  max_length: number
  /** Whether the plain text is needed. */
  with_text?: boolean
  /** Whether the body of this request is HTML. */
  isHtml?: (body: never) => boolean
}

const MAX_PICTURES = 10

/** A preHandler: reads `body`, which is HTML or plain text. A usual body needs no thread, no storage and no promise. */
export const readBody =
  (options: Options) => (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void) => {
    const { body } = request.body as Content
    if (isShort(body ?? '') && !/data:/i.test(body ?? '')) {
      request.written_body = { ...(options.with_text ? toHtmlAndText : onlyHtml)(body ?? ''), pictures: [] }
      return done()
    }
    readLong(request, options).then(() => done(), done)
  }

type Content = { body?: string | null }

const onlyHtml = (body: string) => ({ html: toHtml(body) })

async function readLong(request: FastifyRequest, options: Options): Promise<void> {
  const { files, max_length, with_text, isHtml = () => true } = options
  const content = request.body as Content
  const taken: { url: DataUrl; address: string }[] = []
  if (files && content.body && isHtml(content as never)) content.body = takePictures(content.body, files, taken)
  const body = content.body ?? ''
  if (body.length > max_length) throw invalid(`body must not have more than ${max_length} characters`)
  const convert = with_text ? htmlAndTextOf : (text: string) => htmlOf(text).then((html) => ({ html }))
  const converted = await convert(body).catch(refuseTooCostly)
  const pictures: WrittenPicture[] = []
  for (const { url, address } of taken)
    pictures.push({ address, file: await writePicture(request.workspace.id, files as Files, url, pictures.length + 1) })
  request.written_body = { ...converted, pictures }
}

/**
 * The addresses have the form of a URL, so that sanitising keeps them. The same request always has the same ones, for its
 * Idempotency-Key.
 */
function takePictures(body: string, files: Files, taken: { url: DataUrl; address: string }[]): string {
  return takeDataPictures(body, (url) => {
    assertPicture(url, files.largest)
    if (taken.length === MAX_PICTURES) throw invalid(`body must not have more than ${MAX_PICTURES} pictures (data:)`)
    const address = `https://attachments.invalid/${createHash('sha256').update(url.bytes).digest('hex')}`
    taken.push({ url, address })
    return address
  })
}

function assertPicture({ kind, bytes }: DataUrl, largest: number) {
  if (kind === 'broken') throw invalid('body has a picture (data:) that is not valid base64')
  if (kind === 'file') throw invalid('body has a data: URL that is not a PNG, JPEG, GIF or WebP picture')
  if (bytes.length > largest) throw invalid(`body must not have a picture (data:) of more than ${inMegabytes(largest)}`)
}

const writePicture = (workspace_id: string, files: Files, { content_type, bytes }: DataUrl, number: number) =>
  writeUnclaimedFile(workspace_id, files, { name: `picture-${number}.${content_type.slice(6)}`, content_type, bytes })

function refuseTooCostly(error: Error): never {
  throw isTooCostly(error) ? invalid('body cannot be converted: its HTML is too complex') : error
}

/** Claims the pictures of a body. Returns a function that puts references to them into a text. Run it in a transaction. */
export async function claimPictures(
  workspace: Workspace,
  links: Links,
  pictures: WrittenPicture[],
): Promise<(text: string) => string> {
  const references: [address: string, reference: string][] = []
  for (const { address, file } of pictures) {
    const { file_id } = await claimFile(workspace, file)
    references.push([address, referenceTo(links, { workspace_id: workspace.id, file_id })])
  }
  return (text) => references.reduce((filled, [address, reference]) => filled.replaceAll(address, reference), text)
}
