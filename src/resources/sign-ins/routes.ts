// Sign-ins: a teammate begins one in a browser, sees who is signed in, and ends them.
import type { FastifyReply } from 'fastify'
import { newest, pageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { PageQuery, pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { addressOf } from '#http/rate-limit.ts'
import { assertNotFromOthers, clearSession, sessionOf, setSession } from '#http/session-cookie.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import {
  countSignIns,
  deleteOldSignIns,
  deleteSignIn,
  findSignIn,
  listSignIns,
  VALID_DAYS,
} from '#workspaces/sign-ins.ts'
import type { Token } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { beginSignIn } from './begin.ts'
import { presentSignIn, SignIn, SignInPage, SignInRequest } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function signIns(app: App, { sql, countSession, forgetTokens }: Server) {
  app.post(
    '/extensions/sign-ins',
    op('createSignIn', {
      auth: 'public',
      status: 201,
      refuses: [401, 403, 429],
      body: SignInRequest,
      response: SignIn,
      summary: 'Sign a teammate in: the answer sets a cookie',
    }),
    async (request, reply) => {
      assertNotFromOthers(request)
      await countSession(`sign-in ${addressOf(request)}`, reply)
      const { workspace_id, id, session } = await beginSignIn(sql, request.body, {
        user_agent: request.headers['user-agent'],
        ip: request.ip,
      })
      setSession(request, reply, session, VALID_DAYS)
      const workspace = { id: workspace_id, sql }
      return presentSignIn(found(await findSignIn(workspace, id)), workspace, id)
    },
  )

  app.get(
    '/extensions/sign-ins/current',
    op('getCurrentSignIn', { scope: null, refuses: [404], response: SignIn, summary: 'Show who is signed in' }),
    async (request, reply) => {
      const id = currentOf(request)
      const row = found(await findSignIn(request.workspace, id), NOT_SIGNED_IN)
      setSession(request, reply, sessionOf(request)!, VALID_DAYS)
      return presentSignIn(row, request.workspace, id)
    },
  )

  app.delete(
    '/extensions/sign-ins/current',
    op('endCurrentSignIn', { scope: null, status: 204, refuses: [404], summary: 'Sign out: the cookie is removed' }),
    async (request, reply) => end(request.workspace, currentOf(request), reply),
  )

  app.get(
    '/extensions/sign-ins',
    op('listSignIns', { query: PageQuery, response: SignInPage, summary: 'List who is signed in, newest first' }),
    async ({ workspace, token, query }) => {
      const page = pageOf(query, PAGE_SIZE)
      const rows = await listSignIns(workspace, newest(workspace, 'created_at'), page)
      const result = await pageResult(rows, page, () => countSignIns(workspace))
      return presentPage(page, result, (row) => presentSignIn(row, workspace, token.sign_in_id))
    },
  )

  app.delete(
    '/extensions/sign-ins/:id',
    op('endSignIn', { status: 204, params: ById, summary: 'End a sign-in' }),
    async ({ workspace, params }, reply) => end(workspace, params.id, reply),
  )

  async function end(workspace: Workspace, id: string, reply: FastifyReply) {
    const { token } = reply.request
    found(await deleteSignIn(workspace, id), 'There is no such sign-in')
    workspace.afterCommit(forgetTokens)
    if (id === token.sign_in_id) clearSession(reply)
    return NOTHING
  }
}

const NOT_SIGNED_IN = 'The request is made with an access token: nobody is signed in'

/** @throws a 404 if the caller is an access token. */
const currentOf = ({ token }: { token: Token }): string => found(token.sign_in_id, NOT_SIGNED_IN)

export default {
  group: 'Extensions: sign-ins',
  routes: signIns,
  kept_tables: ['sign_ins', 'sign_in_links'],
  jobs: [{ name: 'sign-ins:expire', cron: '35 * * * *', run: ({ sql }) => deleteOldSignIns(sql) }],
} satisfies Resource
