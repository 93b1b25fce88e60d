// What Intercom's quality reviews add to a conversation for whoever asks: lists that are empty, as nobody reviews here.
import { type Static, Type } from 'typebox'
import { Some } from '#http/types.ts'

export const QualityQuery = Some({
  include_monitors: Type.Boolean({ description: 'Adds `monitor_evaluations`.' }),
  include_scorecards: Type.Boolean({ description: 'Adds `scorecards`.' }),
})
export type QualityQuery = Static<typeof QualityQuery>

export const QUALITY = {
  monitor_evaluations: Type.Optional(Type.Array(Type.Never())),
  scorecards: Type.Optional(Type.Array(Type.Never())),
}

export const presentQuality = ({ include_monitors, include_scorecards }: QualityQuery) => ({
  ...(include_monitors && { monitor_evaluations: [] }),
  ...(include_scorecards && { scorecards: [] }),
})
