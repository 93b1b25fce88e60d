// Banners over the wire: as a contact sees them, and as they are set up.
import { type Static, Type } from 'typebox'
import { epoch, Id, ListOf, Nullable, named } from '#http/types.ts'
import type { BannerCounts, BannerRow, ViewRow } from './queries.ts'

const Action = Type.Object(
  {
    type: Type.Enum(['url', 'reaction', 'email_collector', 'product_tour']),
    label: Type.Optional(Nullable(Type.String({ description: 'Of a link.' }))),
    target: Type.Optional(Nullable(Type.String({ description: 'The address of a link.' }))),
    reaction_set: Type.Optional(
      Type.Array(Type.Object({ index: Type.Integer(), unicode_emoticon: Type.String() }), {
        description: 'The reactions that a contact can choose from.',
      }),
    ),
    tour_id: Type.Optional(Nullable(Type.String({ description: 'Of a product tour.' }))),
    tour_url: Type.Optional(Nullable(Type.String({ description: 'Of a product tour.' }))),
  },
  {
    additionalProperties: true,
    description: 'A link, a set of reactions, a field for an email, or a tour.',
  },
)

const LOOKS = {
  title: Nullable(Type.String()),
  body: Type.String({ description: 'HTML.' }),
  style: Type.Enum(['inline', 'floating']),
  position: Type.Enum(['top', 'bottom']),
  show_dismiss_button: Type.Boolean(),
  action: Nullable(named('banner_action', Action)),
}

/** A banner that a contact sees now. `view_id` is the same until the contact dismisses it. */
const Banner = named(
  'banner',
  Type.Object({
    type: Type.Literal('banner'),
    id: Type.String(),
    view_id: Type.String(),
    ...LOOKS,
    client_targeting: Type.Null(),
    created_at: Type.Integer(),
  }),
)

export const BannerList = named('banner_list', ListOf(Banner))

export const BannerDismiss = named(
  'banner_dismiss',
  Type.Object({ type: Type.Literal('banner_dismiss'), view_id: Type.String(), dismissed: Type.Literal(true) }),
)

const State = Type.Enum(['live', 'draft'], { description: 'A draft is shown to nobody.' })
const Role = Nullable(Type.Enum(['user', 'lead']))

export const BannerSetup = named(
  'banner_setup',
  Type.Object({
    type: Type.Literal('banner_setup'),
    id: Type.String(),
    ...LOOKS,
    state: State,
    audience: named('banner_audience', Type.Object({ role: Role, tag_id: Nullable(Type.String()) })),
    created_at: Type.Integer(),
    impressions: Type.Integer({ description: 'How often it was shown.' }),
    contacts: Type.Integer({ description: 'To how many contacts.' }),
    dismissals: Type.Integer({ description: 'How many of them dismissed it.' }),
  }),
)

export const BannerSetupList = named('banner_setup_list', ListOf(BannerSetup))

const Url = Type.String({ pattern: '^https?://\\S+$', maxLength: 2_000, examples: ['https://example.com/help'] })

const GivenAction = named(
  'banner_action_request',
  Type.Union([
    Type.Object({ type: Type.Literal('url'), label: Type.String({ minLength: 1, maxLength: 255 }), target: Url }),
    Type.Object({
      type: Type.Literal('reaction'),
      reaction_set: Type.Array(
        Type.Object({ index: Type.Integer({ minimum: 0 }), unicode_emoticon: Type.String({ maxLength: 20 }) }),
        { minItems: 1, maxItems: 10 },
      ),
    }),
    Type.Object({ type: Type.Literal('email_collector') }),
    Type.Object({ type: Type.Literal('product_tour'), tour_id: Type.String({ maxLength: 255 }), tour_url: Url }),
  ]),
)

const Body = Type.String({ minLength: 1, maxLength: 8_000, description: 'HTML or plain text.' })

const OPTIONAL = Type.Partial(
  Type.Object({
    title: Nullable(Type.String({ maxLength: 255 })),
    style: LOOKS.style,
    position: LOOKS.position,
    show_dismiss_button: Type.Boolean(),
    action: Nullable(GivenAction),
    state: State,
    audience: named(
      'banner_audience_request',
      // An unknown condition must not make a banner that everyone sees.
      Type.Partial(Type.Object({ role: Role, tag_id: Nullable(Id) }), { additionalProperties: false }),
    ),
  }),
).properties

export const NewBannerRequest = named('new_banner_request', Type.Object({ body: Body, ...OPTIONAL }))
export type NewBannerRequest = Static<typeof NewBannerRequest>

export const BannerRequest = named('banner_request', Type.Object({ body: Type.Optional(Body), ...OPTIONAL }))
export type BannerRequest = Static<typeof BannerRequest>

const presentLooks = ({ title, body, style, position, show_dismiss_button, action }: BannerRow) => ({
  ...{ title, body, style, position, show_dismiss_button },
  action: action as Static<typeof Action> | null,
})

export const presentView = (view: ViewRow): Static<typeof Banner> => ({
  type: 'banner',
  id: view.id,
  view_id: view.view_id,
  ...presentLooks(view),
  client_targeting: null,
  created_at: epoch(view.viewed_at),
})

const UNSEEN: BannerCounts = { impressions: 0, contacts: 0, dismissals: 0 }

export const presentSetup = (
  banner: BannerRow,
  { impressions, contacts, dismissals }: BannerCounts = UNSEEN,
): Static<typeof BannerSetup> => ({
  type: 'banner_setup',
  id: banner.id,
  ...presentLooks(banner),
  state: banner.state,
  audience: { role: banner.audience_role, tag_id: banner.audience_tag_id },
  created_at: epoch(banner.created_at),
  ...{ impressions, contacts, dismissals },
})
