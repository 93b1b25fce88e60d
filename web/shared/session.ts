// Who is signed in.
import { signal } from '@preact/signals'
import { CallError, call, is_signed_out } from './call.ts'

export type Session = {
  id: string
  admin: { id: string; name: string; email: string; avatar: { image_url: string | null } | string | null }
  workspace: { id: string; name: string }
  scopes: string[] | null
}

/** `undefined` until it is known, `null` if nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined)

is_signed_out.subscribe((is_out) => {
  if (is_out && session.value) session.value = null
})

/** The other tabs, which have the same cookie. */
const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('interphone-session')
tabs?.addEventListener('message', () => void readSession().catch(() => {}))

/** The one-time secret of `…/#sign-in=…`, taken out of the address so that nobody copies it from there. */
export function takeSecret(): string | undefined {
  const [, secret] = /^#sign-in=([\w-]+)$/.exec(location.hash) ?? []
  if (secret) history.replaceState(null, '', location.pathname + location.search)
  return secret
}

/** @throws CallError in the server's words if the link is used or too old, or the token wrong. */
export async function signIn(proof: { secret: string } | { access_token: string }): Promise<void> {
  session.value = await call<Session>('POST /extensions/sign-ins', { body: proof })
  is_signed_out.value = false
  tabs?.postMessage('changed')
}

export async function signOut(): Promise<void> {
  await call('DELETE /extensions/sign-ins/current')
  session.value = null
  tabs?.postMessage('changed')
}

/** Reads the session of the cookie. @throws CallError if the server cannot say. */
export async function readSession(): Promise<void> {
  try {
    session.value = await call<Session>('GET /extensions/sign-ins/current')
    is_signed_out.value = false
  } catch (error) {
    if (!(error instanceof CallError) || error.status !== 401) throw error
    session.value = null
  }
}
