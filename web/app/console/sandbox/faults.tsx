// The armed faults, and a form that arms another.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'
import { Choice, Field } from '../../../parts/field.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import { CHANNEL_NAMES } from '../shared/channel.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { useObject } from '../shared/use-object.ts'
import type { Fault } from '../types.ts'

/** What can go wrong, by what it happens to. */
const KINDS = {
  requests: ['429', '500', '503', 'timeout', 'delay', 'lose_answer'],
  sends: ['429', '500', 'timeout', 'permanent'],
  webhooks: [
    '400',
    '401',
    '403',
    '404',
    '410',
    '429',
    '500',
    '502',
    '503',
    '504',
    'timeout',
    'delay',
    'double',
    'out_of_order',
  ],
} as const
type Target = keyof typeof KINDS

const TARGETS = [
  { value: 'requests', text: 'the next requests' },
  { value: 'sends', text: 'the next sends' },
  { value: 'webhooks', text: 'the next webhooks' },
]

const PATH = '/extensions/sandbox/faults'

export function Faults() {
  const found = useObject<{ data: Fault[] }>(PATH)
  const again = () => void found.refetch()
  const disarm = (route: `DELETE /${string}`) =>
    call(route)
      .then(again)
      .catch((error: Error) => toast(error.message, 'bad'))
  return (
    <section class="card">
      <h2>Faults</h2>
      <Loaded found={found}>
        {({ data }) =>
          data.length ? (
            <>
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">Fault</th>
                    <th scope="col">Happens to</th>
                    <th scope="col">Only</th>
                    <th scope="col">Left</th>
                    <th scope="col">
                      <span class="unseen">Disarm</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {data.map((fault) => (
                    <tr key={fault.id}>
                      <td>{fault.fault}</td>
                      <td>{fault.target}</td>
                      <td>{limitOf(fault)}</td>
                      <td>
                        {fault.left} of {fault.times}
                      </td>
                      <td>
                        <Button is_small kind="quiet" onClick={() => disarm(`DELETE ${PATH}/${fault.id}`)}>
                          Disarm
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <div class="actions">
                <Button is_small onClick={() => disarm(`DELETE ${PATH}`)}>
                  Disarm all
                </Button>
              </div>
            </>
          ) : (
            <p class="quiet">No fault is armed.</p>
          )
        }
      </Loaded>
      <Arm onArmed={again} />
    </section>
  )
}

const limitOf = ({ operation, method, path, channel, topic }: Fault): string =>
  [operation, method, path, channel, topic].filter(Boolean).join(' ')

function Arm({ onArmed }: { onArmed(): void }) {
  const [target, setTarget] = useState<Target>('requests')
  const [kind, setKind] = useState<string>(KINDS.requests[0])
  const [error, setError] = useState<string>()
  const arm = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ''))
    const numbers = Object.fromEntries(
      ['times', 'delay_ms', 'retry_after'].flatMap((name) => (given[name] ? [[name, Number(given[name])]] : [])),
    )
    try {
      await call(`POST ${PATH}`, { body: { ...given, ...numbers } })
      setError(undefined)
      onArmed()
    } catch (failure) {
      setError((failure as Error).message)
    }
  }
  return (
    <form class="inline-form" onSubmit={arm}>
      <Choice
        label="Happens to"
        name="target"
        options={TARGETS}
        value={target}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value as Target
          setTarget(chosen)
          setKind(KINDS[chosen][0])
        }}
      />
      <Choice
        label="Fault"
        name="fault"
        options={KINDS[target]}
        value={kind}
        onChange={({ currentTarget }) => setKind(currentTarget.value)}
      />
      <Field label="Times" name="times" type="number" min={1} max={10_000} defaultValue="1" />
      {(kind === 'delay' || kind === 'out_of_order') && (
        <Field label="Delay, ms" name="delay_ms" type="number" min={1} max={60_000} defaultValue="1000" />
      )}
      {target === 'requests' && <Field label="Only the path" name="path" placeholder="/contacts" pattern="/.*" />}
      {target === 'sends' && (
        <Choice
          label="Only the channel"
          name="channel"
          options={[{ value: '', text: 'any' }, ...CHANNEL_NAMES.map((name) => ({ value: name, text: name }))]}
        />
      )}
      {target === 'webhooks' && <Field label="Only the topic" name="topic" />}
      {kind === 'permanent' && (
        <>
          <Field label="Code" name="code" placeholder="550" />
          <Field label="Reason" name="reason" />
        </>
      )}
      <Button kind="primary" type="submit">
        Arm
      </Button>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
    </form>
  )
}
