// A signed-in teammate in tests: calls as a page of this server makes them, with a cookie.
import assert from 'node:assert/strict'
import { insertSignInLink } from '#workspaces/sign-ins.ts'
import type { Call, TestApp } from './app.ts'

type Of = Pick<TestApp, 'call' | 'created' | 'workspace'>

export const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

/** Returns the secret of a link for the first admin of the workspace. */
export const aLink = ({ created: { id, admin_id }, workspace: { sql } }: Of) => insertSignInLink(sql, id, admin_id)

/** Returns the `name=value` of the cookie that an answer sets, as the browser sends it back. */
export const cookieOf = (headers: Record<string, unknown>): string => String(headers['set-cookie']).split(';')[0] ?? ''

/** Signs in with a link, or with what is given. */
export async function signIn(t: Of, body?: { secret: string } | { access_token: string }) {
  const given = body ?? { secret: await aLink(t) }
  const answer = await t.call('POST /extensions/sign-ins', given, { token: null, headers: OWN_PAGE })
  assert.equal(answer.status, 201, answer.text)
  const cookie = cookieOf(answer.headers)
  const call: Call = (route, body, { headers, ...options } = {}) =>
    t.call(route, body, { ...options, token: null, headers: { ...OWN_PAGE, cookie, ...headers } })
  return { id: answer.body.id as string, cookie, call }
}
