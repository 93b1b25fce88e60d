// The steps of a workflow: how a request writes them, and how a run finds its way through them.
import { invalid } from '#http/errors.ts'
import { isObject } from '#lib/objects.ts'

/** Queries as in searches of conversations and of contacts. All that are given must hold. */
export type Conditions = { conversation?: unknown; contact?: unknown }

export type Assignee = { type: 'admin' | 'team'; id: string }
export type Priority = 'none' | 'low' | 'medium' | 'high' | 'urgent'
export type AttributeOf = 'conversation' | 'contact'

export type Step =
  | { type: 'reply' | 'note'; body: string }
  | { type: 'assign'; assignee: Assignee | null }
  | { type: 'tag' | 'untag'; tag_id: string }
  | { type: 'close' | 'open' }
  | { type: 'snooze'; seconds: number }
  | { type: 'set_priority'; priority: Priority }
  | { type: 'set_attribute'; of: AttributeOf; name: string; value: unknown }
  | { type: 'wait'; seconds: number }
  | ({ type: 'wait_for_reply' } & Waiting)
  | ({ type: 'ask_attribute'; body: string; of: AttributeOf; name: string } & Waiting)
  | ({ type: 'quick_replies'; body: string; options: { text: string; steps: Step[] }[] } & Waiting)
  | { type: 'branch'; branches: { conditions: Conditions; steps: Step[] }[]; otherwise: Step[] }
  | { type: 'run_connector'; connector_id: string; inputs: Record<string, unknown>; otherwise: Step[] }
  | { type: 'hand_to_assistant' }

/** `otherwise` follows if the contact does not answer within `wait_seconds`, or answers something else. */
type Waiting = { wait_seconds: number | null; otherwise: Step[] }

export type StepType = Step['type']
export type StepOf<T extends StepType> = Extract<Step, { type: T }>

const MAX_STEPS = 100
const DEEPEST = 5
const MAX_OPTIONS = 10
const MAX_BODY = 10_000
const YEAR_SECONDS = 366 * 24 * 3600

type Place = { at: string; depth: number; count: { steps: number } }
type Read = (value: unknown, place: Place) => unknown

const must = ({ at }: Place, be: string) => invalid(`${at} must be ${be}`)

const text =
  (longest: number): Read =>
  (value, place) => {
    if (typeof value === 'string' && value.trim() && value.length <= longest) return value
    throw must(place, `a text of at most ${longest} characters`)
  }
const oneOf =
  (...values: unknown[]): Read =>
  (value, place) => {
    if (values.includes(value)) return value
    throw must(place, `one of ${values.join(', ')}`)
  }
const id: Read = (value, place) => {
  if (typeof value === 'string' || Number.isSafeInteger(value)) return String(value)
  throw must(place, 'an id')
}
const seconds: Read = (value, place) => {
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= YEAR_SECONDS) return value
  throw must(place, `seconds from 1 to ${YEAR_SECONDS}`)
}
const object: Read = (value, place) => {
  if (isObject(value)) return value
  throw must(place, 'an object')
}
const orElse =
  (missing: unknown, read: Read): Read =>
  (value, place) =>
    value === undefined || value === null ? missing : read(value, place)

const fields =
  (readers: Record<string, Read>): Read =>
  (value, place) => {
    const given = object(value, place) as Record<string, unknown>
    return Object.fromEntries(
      Object.entries(readers).map(([name, read]) => [name, read(given[name], { ...place, at: `${place.at}.${name}` })]),
    )
  }
const listOf =
  (read: Read, most: number, least = 0): Read =>
  (value, place) => {
    if (!Array.isArray(value) || value.length > most || value.length < least)
      throw must(place, `a list of ${least} to ${most}`)
    return value.map((one, n) => read(one, { ...place, at: `${place.at}[${n}]` }))
  }

const value: Read = (given, place) => {
  if (given === undefined) throw must(place, 'given')
  return given
}
export const readConditions = (given: unknown, at: string): Conditions => {
  const { conversation, contact } = object(given ?? {}, { at, depth: 1, count: { steps: 0 } }) as Conditions
  return { ...(conversation != null && { conversation }), ...(contact != null && { contact }) }
}
const conditions: Read = (given, { at }) => readConditions(given, at)
const innerSteps: Read = (given, place) => stepsIn(given, { ...place, depth: place.depth + 1 })
const otherwise = orElse([], innerSteps)
const waiting = { wait_seconds: orElse(null, seconds), otherwise }
const attribute = { of: orElse('conversation', oneOf('conversation', 'contact')), name: text(255) }
const assignee = fields({ type: orElse('admin', oneOf('admin', 'team')), id })

/** The fields of each type of step. */
const STEPS: Record<StepType, Record<string, Read>> = {
  reply: { body: text(MAX_BODY) },
  note: { body: text(MAX_BODY) },
  assign: { assignee: orElse(null, assignee) },
  tag: { tag_id: id },
  untag: { tag_id: id },
  close: {},
  open: {},
  snooze: { seconds },
  set_priority: { priority: oneOf('none', 'low', 'medium', 'high', 'urgent') },
  set_attribute: { ...attribute, value },
  wait: { seconds },
  wait_for_reply: waiting,
  ask_attribute: { body: text(MAX_BODY), ...attribute, ...waiting },
  quick_replies: {
    body: text(MAX_BODY),
    options: listOf(fields({ text: text(255), steps: otherwise }), MAX_OPTIONS, 1),
    ...waiting,
  },
  branch: { branches: listOf(fields({ conditions, steps: otherwise }), MAX_OPTIONS, 1), otherwise },
  run_connector: { connector_id: id, inputs: orElse({}, object), otherwise },
  hand_to_assistant: {},
}

function stepsIn(given: unknown, place: Place): Step[] {
  if (place.depth > DEEPEST) throw invalid(`${place.at} is nested deeper than ${DEEPEST} levels`)
  return listOf(readStep, MAX_STEPS)(given, place) as Step[]
}

const readStep: Read = (given, place) => {
  if (++place.count.steps > MAX_STEPS) throw invalid(`A workflow can have at most ${MAX_STEPS} steps`)
  const { type } = object(given, place) as { type: StepType }
  if (typeof type !== 'string' || !Object.hasOwn(STEPS, type))
    throw invalid(`${place.at}.type must be one of ${Object.keys(STEPS).join(', ')}`)
  return { type, ...(fields(STEPS[type])(given, place) as object) }
}

/** @throws a 400 that names the first wrong field, such as `steps[2].options[0].text`. */
export const readSteps = (given: unknown): Step[] => stepsIn(given, { at: 'steps', depth: 1, count: { steps: 0 } })

/** A step in its place. `blocks`: by name the step at which each of its inner lists begins; an empty one leads on to `next`. */
export type Node = { id: string; step: Step; next: string | null; blocks: Record<string, string | null> }

/** The inner lists of a step, by the names of the ways into them. */
function blocksOf(step: Step): [name: string, steps: Step[]][] {
  const inner: [string, Step[]][] = 'otherwise' in step ? [['otherwise', step.otherwise]] : []
  if (step.type === 'quick_replies') inner.push(...step.options.map(({ steps }, n) => blockOf(n, steps)))
  if (step.type === 'branch') inner.push(...step.branches.map(({ steps }, n) => blockOf(n, steps)))
  return inner
}

const blockOf = (n: number, steps: Step[]): [string, Step[]] => [String(n), steps]

/** Returns all steps by their ids, which say their place: `2`, or `2:0:1` for the second step of the first option of step 2. */
export function nodesOf(steps: Step[]): Map<string, Node> {
  const nodes = new Map<string, Node>()
  function add(steps: Step[], prefix: string, after: string | null): string | null {
    for (const [n, step] of steps.entries()) {
      const id = `${prefix}${n}`
      const next = n + 1 < steps.length ? `${prefix}${n + 1}` : after
      const blocks = Object.fromEntries(
        blocksOf(step).map(([name, inner]) => [name, add(inner, `${id}:${name}:`, next)]),
      )
      nodes.set(id, { id, step, next, blocks })
    }
    return steps.length ? `${prefix}0` : after
  }
  add(steps, '', null)
  return nodes
}

/** Returns all steps, with those of inner lists. */
export const allSteps = (steps: Step[]): Step[] => [...nodesOf(steps).values()].map(({ step }) => step)
