// Opens the socket for the mail library under an egress policy. The library alone would look up names without the
// policy.
import { connect } from 'node:net'
import type { SMTPPoolOptions } from 'nodemailer'
import type { EgressPolicy } from '#net/egress.ts'

/** The library does TLS itself, also for smtps. */
export const socketWithin =
  (egress: EgressPolicy, timeout_ms: number): NonNullable<SMTPPoolOptions['getSocket']> =>
  ({ host = '', port = 0 }, done) => {
    try {
      egress.assertLiteral(host)
    } catch (error) {
      return done(error as Error)
    }
    const socket = connect({ host, port: Number(port), lookup: egress.lookup })
    const timer = setTimeout(() => socket.destroy(tooSlow()), timeout_ms)
    const fail = (error: Error) => {
      clearTimeout(timer)
      done(error)
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      done(null, { connection: socket })
    })
  }

const tooSlow = () => Object.assign(new Error('The connection took too long'), { code: 'ETIMEDOUT' })
