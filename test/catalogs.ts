// Uploads product catalogs, as forms.
import type { Answer, Call } from './app.ts'

const BOUNDARY = 'a boundary of forms'
const HEADERS = { 'content-type': `multipart/form-data; boundary="${BOUNDARY}"` }

/** `catalog` is a file, unless it is `{ text }`. Fields come in the order of the object. */
export type CatalogFields = {
  catalog?: string | { text: string }
  [name: string]: string | { text: string } | undefined
}

/** Returns the body of a form. */
export function formOf(fields: CatalogFields): string {
  const parts = Object.entries(fields).map(([name, value]) => {
    const is_file = name === 'catalog' && typeof value === 'string'
    const head = is_file
      ? `name="${name}"; filename="products.json"\r\nContent-Type: application/json`
      : `name="${name}"`
    const content = typeof value === 'string' ? value : (value?.text ?? '')
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
  })
  return `${parts.join('')}--${BOUNDARY}--\r\n`
}

export const aCatalog = (call: Call, connector_id: string, fields: CatalogFields): Promise<Answer> =>
  call(`POST /ecommerce/connectors/${connector_id}/catalog`, formOf(fields), { headers: HEADERS })
