// Chooses the member of a team who gets the next conversation, without side effects.
import type { TeamRow } from '#resources/teams/queries.ts'

/** A member of a team. */
export type Member = {
  admin_id: string
  is_away: boolean
  /** The open conversations that are assigned to the admin, in any team. */
  open: number
  /** When the member last got a conversation of the team: a higher turn is later. Null: never. */
  turn: string | null
}

type Rules = Pick<TeamRow, 'distribution_method' | 'assignment_limit' | 'member_limits' | 'secondary_admin_ids'>

/**
 * Returns the id of the member who is next, or null if nobody is present and has room. `members` are in the team's order.
 *
 * Round robin: the one whose last turn is the longest ago. Load-balanced: of those below their limit, the one with the fewest
 * open conversations; secondary members only if no primary one has room.
 */
export function chooseMember(team: Rules, members: readonly Member[]): string | null {
  const present = members.filter(({ is_away }) => !is_away)
  if (team.distribution_method === 'round_robin') return first(present, byTurn)
  if (team.distribution_method !== 'load_balanced') return null
  const with_room = present.filter((member) => member.open < limitOf(team, member))
  const isSecondary = ({ admin_id }: Member) => team.secondary_admin_ids.includes(admin_id)
  const byLoad = (a: Member, b: Member) =>
    Number(isSecondary(a)) - Number(isSecondary(b)) || a.open - b.open || byTurn(a, b)
  return first(with_room, byLoad)
}

/** Returns the most open conversations that the member may have. */
const limitOf = ({ member_limits, assignment_limit }: Rules, { admin_id }: Member): number =>
  member_limits[admin_id] ?? assignment_limit ?? Number.POSITIVE_INFINITY

const byTurn = (a: Member, b: Member): number => Number(a.turn ?? -1) - Number(b.turn ?? -1)

const first = (members: readonly Member[], order: (a: Member, b: Member) => number): string | null =>
  members.toSorted(order)[0]?.admin_id ?? null
