// The IP allowlist: its operations name no object, and its tests check that it is that of the token's workspace.
import type { Fixture } from '../../../test/fixture.ts'

export default { tested_elsewhere: ['getIpAllowlist', 'updateIpAllowlist'] } satisfies Fixture
