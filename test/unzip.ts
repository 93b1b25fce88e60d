// Reads the CSV files in a ZIP, with libraries that the server does not use.
import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import { fromBufferPromise } from 'yauzl'

export type Row = Record<string, string>

/** Returns the rows of each file, by the name of the file: `{ 'click_20240601-093000.csv': [{ receipt_id: '1', … }] }`. */
export async function csvFilesOf(zip: Buffer): Promise<Record<string, Row[]>> {
  const files: Record<string, Row[]> = {}
  const opened = await fromBufferPromise(zip)
  for await (const entry of opened.eachEntry()) {
    files[entry.fileName] = rowsOf(await text(await opened.openReadStreamPromise(entry)))
  }
  return files
}

export const rowsOf = (csv: string): Row[] => parse(csv, { columns: true })
