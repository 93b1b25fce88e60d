// The keys of files in the storage: `<workspace>/<two digits>/<the other thirty>`. They are random, so that they cannot
// be guessed, and unique across workspaces. The two digits limit the number of files in a folder.
import { randomBytes } from 'node:crypto'

export function newKey(workspace_id: string): string {
  const name = randomBytes(16).toString('hex')
  return `${workspace_id}/${name.slice(0, 2)}/${name.slice(2)}`
}

export const isKey = (text: string): boolean => /^[a-z0-9]{1,32}\/[0-9a-f]{2}\/[0-9a-f]{30}$/.test(text)
