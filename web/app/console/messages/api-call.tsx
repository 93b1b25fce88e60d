// The call that made a message, from the log of requests.

import { Loaded } from '../shared/loaded.tsx'
import { RequestView } from '../shared/request-view.tsx'
import { useObject } from '../shared/use-object.ts'
import type { CapturedDetail, RequestDetail } from '../types.ts'

export const ApiCall = ({ message: { request_id } }: { message: CapturedDetail }) =>
  request_id ? (
    <Call id={request_id} />
  ) : (
    <p class="quiet">The call is not in the log of requests: it is too old, or was not made with an access token.</p>
  )

function Call({ id }: { id: string }) {
  const found = useObject<RequestDetail>(`/extensions/requests/${id}`)
  return <Loaded found={found}>{(request) => <RequestView request={request} />}</Loaded>
}
