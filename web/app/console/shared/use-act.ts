// One call that a button makes. The stream shows what it changed; an error is shown as the server says it.
import { useState } from 'preact/hooks'
import { toast } from '../../../parts/toast.tsx'
import { call, type Method } from '../../../shared/call.ts'

export function useAct(route: `${Method} /${string}`, done: string) {
  const [is_busy, setBusy] = useState(false)
  const send = async (body?: unknown): Promise<boolean> => {
    setBusy(true)
    try {
      await call(route, body === undefined ? {} : { body })
      toast(done)
      return true
    } catch (error) {
      toast((error as Error).message, 'bad')
      return false
    } finally {
      setBusy(false)
    }
  }
  return { is_busy, run: () => void send(), send }
}
