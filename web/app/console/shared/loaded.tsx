// An object that is being read: its content, or what is shown in its place.
import type { ComponentChildren } from 'preact'
import { Failure, Loading } from '../../../parts/empty.tsx'

type Found<Shown> = { data: Shown | undefined; error: Error | null; isPending: boolean; refetch(): unknown }

export function Loaded<Shown>({ found, children }: { found: Found<Shown>; children(shown: Shown): ComponentChildren }) {
  const { data, error, isPending, refetch } = found
  return (
    <>
      {error && <Failure error={error} onAgain={() => void refetch()} />}
      {isPending && <Loading />}
      {data !== undefined && children(data)}
    </>
  )
}
