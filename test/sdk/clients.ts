// Intercom's official SDK in the two major releases that are in use, as published. By default release 7
// speaks 2.14 and release 6 speaks 2.11.
import assert from 'node:assert/strict'
import { Intercom, IntercomClient, IntercomError } from 'intercom-client'
import { IntercomClient as Client6, Intercom as Intercom6, IntercomError as IntercomError6 } from 'intercom-client-6'

export type Options = { token: string; baseUrl: string }

export const SDKS = [
  { release: 7, client: (options: Options) => new IntercomClient(options), errors: { ...Intercom, IntercomError } },
  {
    release: 6,
    client: (options: Options) => new Client6(options),
    errors: { ...Intercom6, IntercomError: IntercomError6 },
  },
] as const

/** The API of both releases; `isRelease7` distinguishes them where their types differ. */
export type Client = IntercomClient | Client6
export const isRelease7 = (client: Client): client is IntercomClient => client instanceof IntercomClient

/** Returns everything that a paged list yields, from all pages. */
export async function all<Pages extends AsyncIterable<unknown>>(pages: Pages) {
  const items: (Pages extends AsyncIterable<infer Item> ? Item : never)[] = []
  for await (const item of pages) items.push(item as (typeof items)[number])
  return items
}

/** Returns an assertion that a call throws the SDK's error, with this status and a body that matches. */
export const failing =
  (errors: (typeof SDKS)[number]['errors']) =>
  (call: () => PromiseLike<unknown>, status: number, text: RegExp): Promise<void> =>
    assert.rejects(
      async () => call(),
      (error) => {
        assert.ok(error instanceof errors.IntercomError)
        assert.equal(error.statusCode, status)
        assert.match(JSON.stringify(error.body), text)
        return true
      },
    )
