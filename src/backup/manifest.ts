// What the first entry of a backup says about it, and the last one, without which a backup is not whole.

/** The files of a backup, in their order: the manifest, the tables in pieces, the attached files, secrets, the end. */
export const MANIFEST = 'manifest.json'
export const END = 'end.json'
export const TABLES = 'tables/'
export const FILES = 'files/'
export const SECRETS = 'secrets/'

export const FORMAT = 1

export type Manifest = {
  format: typeof FORMAT
  created_at: string
  /** The migrations that the database had: a restore makes this schema, fills it, and then applies what is newer. */
  migrations: string[]
  tables: { schema: string; name: string; columns: string[] }[]
  /** Of the key that the credentials in the database are encrypted with. */
  key: string
}

export type End = {
  rows: Record<string, number>
  files: number
  sequences: { table: string; column: string; last_value: string; is_called: boolean }[]
}
