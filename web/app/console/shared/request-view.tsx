// A logged call with both bodies, its errors first.
import { Copy } from '../../../parts/copy.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { JsonText } from '../../../parts/json.tsx'
import { HttpStatus } from '../../../parts/status.tsx'
import { type Tab, Tabs } from '../../../parts/tabs.tsx'
import { exactTime } from '../../../shared/time.ts'
import type { RequestDetail } from '../types.ts'

export function RequestView({ request }: { request: RequestDetail }) {
  const { method, path, operation, status, ms, version, token, at, made, request_id } = request
  return (
    <div class="request">
      <Errors body={request.response.body} />
      <Facts
        rows={[
          ['Request', <code key="call">{`${method} ${path}`}</code>],
          ['Response', <HttpStatus key="status" status={status} />],
          ['Operation', operation],
          ['Duration', `${ms} ms`],
          ['Version', version],
          ['Token', token?.name],
          ['Created', made.length ? <Made key="made" made={made} /> : null],
          ['Time', exactTime(at)],
          ['X-Request-Id', <code key="id">{request_id}</code>],
        ]}
      />
      <Copy text={curlOf(request)} label="Copy as curl">
        Copy as curl
      </Copy>
      <Tabs label="The call" list={[sideOf('Response', request.response), sideOf('Request', request.request)]} />
    </div>
  )
}

type Side = RequestDetail['request']

const sideOf = (label: string, { headers, body, is_cut }: Side): Tab => ({
  ...{ value: label, label },
  content: () => (
    <div class="request-side">
      {body ? <JsonText text={body} /> : <p class="quiet">No body.</p>}
      {is_cut && <p class="quiet">The body is longer: only its beginning is kept.</p>}
      <h3>Headers</h3>
      <Facts rows={Object.entries(headers)} />
    </div>
  ),
})

function Errors({ body }: { body: string | null }) {
  const errors = errorsOf(body)
  if (!errors.length) return null
  return (
    <ul class="request-errors">
      {errors.map(({ code, message }) => (
        <li key={code + message}>
          {message} <code>{code}</code>
        </li>
      ))}
    </ul>
  )
}

function errorsOf(body: string | null): { code: string; message: string }[] {
  try {
    const { errors } = JSON.parse(body ?? '')
    return Array.isArray(errors) ? errors : []
  } catch {
    return []
  }
}

/** Where an object that a call made can be looked at. */
const SCREENS: Record<string, string> = {
  contact: '/console/contacts',
  user: '/console/contacts',
  lead: '/console/contacts',
  conversation: '/console/conversations',
}

const Made = ({ made }: { made: RequestDetail['made'] }) => (
  <>
    {made.map(({ type, id }, n) => {
      const screen = SCREENS[type]
      const text = `${type} ${id}`
      return (
        <span key={text}>
          {n > 0 && ', '}
          {screen ? <a href={`${screen}/${id}`}>{text}</a> : text}
        </span>
      )
    })}
  </>
)

/** The token is not kept, so the command has a word in its place. */
function curlOf({ method, path, version, request: { body } }: RequestDetail): string {
  const lines = [
    `curl -X ${method} ${quoted(location.origin + path)}`,
    `-H 'Authorization: Bearer TOKEN'`,
    ...(version ? [`-H 'Intercom-Version: ${version}'`] : []),
    ...(body ? [`-H 'Content-Type: application/json'`, `-d ${quoted(body)}`] : []),
  ]
  return lines.join(' \\\n  ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
