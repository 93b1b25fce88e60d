// The calls that integrations have made, with both bodies.
import { Ago } from '../../../parts/ago.tsx'
import { Snippet } from '../../../parts/copy.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { HttpStatus } from '../../../parts/status.tsx'
import { ListingScreen } from '../listing/listing.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { RequestView } from '../shared/request-view.tsx'
import { useObject } from '../shared/use-object.ts'
import type { LoggedRequest, RequestDetail } from '../types.ts'

export default function Requests() {
  return (
    <ListingScreen<LoggedRequest>
      title="Requests"
      path="/console/requests"
      source={({ q, method, status }) => ({
        path: '/extensions/requests',
        query: { q, method, status },
        topics: (topic) => topic === 'request.logged',
      })}
      idOf={({ id }) => id}
      search={{ placeholder: 'Search paths and operations' }}
      filters={[
        { name: 'method', label: 'Method', values: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
        { name: 'status', label: 'Status', values: ['2xx', '4xx', '5xx'] },
      ]}
      columns="56px 52px minmax(80px, 4fr) minmax(0, 1fr) 64px 60px"
      narrow_columns="48px 48px minmax(80px, 1fr) 60px"
      row={(request) => (
        <>
          <HttpStatus status={request.status} />
          <code>{request.method}</code>
          <code>{request.path}</code>
          <span class="quiet wide-only">{request.token?.name}</span>
          <span class="end wide-only">{request.ms} ms</span>
          <Ago at={request.at} />
        </>
      )}
      empty={() => (
        <Empty title="No call has been made yet.">
          <p>Point an SDK, a script or an integration at this URL, with an access token of this workspace:</p>
          <Snippet label="Copy the URL" text={location.origin} />
        </Empty>
      )}
      detail={(id) => <Detail id={id} />}
    />
  )
}

function Detail({ id }: { id: string }) {
  const found = useObject<RequestDetail>(`/extensions/requests/${id}`)
  return (
    <Loaded found={found}>
      {(request) => (
        <>
          <header class="detail-head">
            <h2>{request.operation ?? `${request.method} ${request.path}`}</h2>
          </header>
          <RequestView request={request} />
        </>
      )}
    </Loaded>
  )
}
