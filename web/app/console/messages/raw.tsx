// The bytes of a mail as they went out, line by line.
import { useQuery } from '@tanstack/preact-query'
import { Snippet } from '../../../parts/copy.tsx'
import { callForText } from '../../../shared/call.ts'
import { Loaded } from '../shared/loaded.tsx'

export function Raw({ id }: { id: string }) {
  const path = `/extensions/sandbox/messages/${id}/raw` as const
  const found = useQuery({ queryKey: [path], queryFn: ({ signal }) => callForText(`GET ${path}`, { signal }) })
  return <Loaded found={found}>{(text) => <Snippet text={text} />}</Loaded>
}
