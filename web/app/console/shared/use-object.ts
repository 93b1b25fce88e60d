// One object of the API, asked for again when the stream says that it has changed.
import { useQuery } from '@tanstack/preact-query'
import { useEffect } from 'preact/hooks'
import { type CallError, call, type Query } from '../../../shared/call.ts'
import { type Change, collectChanges } from '../../../shared/stream.ts'

const COLLECT_MS = 150

export function useObject<Shown>(
  path: `/${string}`,
  { concerns, query }: { concerns?: (change: Change) => boolean; query?: Query } = {},
) {
  const found = useQuery<Shown, CallError>({
    queryKey: [path, query],
    queryFn: ({ signal }) => call<Shown>(`GET ${path}`, { signal, ...(query && { query }) }),
  })
  const { refetch } = found
  useEffect(
    () =>
      collectChanges(
        (change) => concerns?.(change) ?? false,
        () => void refetch(),
        COLLECT_MS,
      ),
    [path],
  )
  return found
}
