// Receives the form of an upload as a stream: its fields, and its file, whose rows are staged while they come.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { ApiError, invalid, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { itemsOf, type Mistake, WrongCatalog } from './json-items.ts'
import { insertStaged, removeUnused } from './upload-queries.ts'

export type ReceivedForm = {
  fields: ReadonlyMap<string, string>
  /** The id of the staged file; undefined without a file. */
  file_id: string | undefined
}

export const MAX_FILE_BYTES = 99 * 1024 * 1024
/** What a form has besides its file. */
const FORM_BYTES = 1024 * 1024
const MAX_PRODUCT_BYTES = 1024 * 1024
/** Rows and characters of one statement. */
const BATCH = { rows: 500, characters: 2_000_000 }

const tooLarge = () => unprocessable('payload_too_large', 'catalog file exceeds 99MB limit')

const MISTAKES: Record<Mistake, string> = {
  not_an_array: 'catalog must be a JSON array',
  not_an_object: 'each item in the catalog array must be a JSON object',
  too_large: 'a product in the catalog array must not be larger than 1MB',
}

/** @throws a 422 for a file that is too large or no catalog, a 503 if it cannot be stored */
export function receiveForm(workspace: Workspace, request: IncomingMessage): Promise<ReceivedForm> {
  if (Number(request.headers['content-length']) > MAX_FILE_BYTES + FORM_BYTES) throw tooLarge()
  const form = formReader(request)
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>()
    let file: Promise<string> | undefined
    form.on('field', (name, value) => fields.set(name, value))
    form.on('file', (name, stream) => {
      if (name !== 'catalog' || file) return void stream.resume()
      file = stage(workspace, stream)
      file.catch(() => stream.resume()) // The rest is read, so that the form comes to its end.
    })
    form.on('error', () => reject(unreadable()))
    form.on('finish', () => {
      Promise.resolve(file).then((file_id) => resolve({ fields, file_id }), reject)
    })
    request.on('error', reject)
    request.on('close', () => request.complete || reject(invalid('The form ends too early')))
    request.pipe(form)
  })
}

const unreadable = () => invalid('The form cannot be read')

function formReader({ headers }: IncomingMessage) {
  try {
    return new Busboy({
      headers: headers as { 'content-type': string },
      limits: { fileSize: MAX_FILE_BYTES, files: 2, fields: 20, fieldSize: 1_000 },
    })
  } catch {
    throw unreadable() // A type without a boundary.
  }
}

async function stage(workspace: Workspace, stream: Readable): Promise<string> {
  const file_id = randomUUID()
  let position = 1
  let batch: string[] = []
  let characters = 0
  const flush = async () => {
    await insertStaged(workspace, file_id, position, batch).catch(() => {
      throw new ApiError(503, 'internal_error', 'Failed to store catalog')
    })
    position += batch.length
    batch = []
    characters = 0
  }
  try {
    // An error must not destroy the stream: the form reads it to its end.
    const chunks: AsyncIterable<Buffer> = stream.iterator({ destroyOnReturn: false })
    for await (const product of itemsOf(chunks, MAX_PRODUCT_BYTES)) {
      batch.push(product)
      characters += product.length
      if (batch.length >= BATCH.rows || characters >= BATCH.characters) await flush()
    }
  } catch (error) {
    await removeUnused(workspace, file_id)
    if (isCut(stream)) throw tooLarge()
    if (error instanceof ApiError) throw error
    throw error instanceof WrongCatalog
      ? unprocessable('invalid_catalog_format', MISTAKES[error.mistake])
      : unreadable()
  }
  if (isCut(stream)) {
    await removeUnused(workspace, file_id)
    throw tooLarge()
  }
  if (batch.length) await flush()
  return file_id
}

/** Whether the file was longer than the limit. */
const isCut = (stream: Readable): boolean => (stream as Readable & { truncated?: boolean }).truncated === true
