// The list must have nothing of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

export default { lists: { listGivenObjects: () => [['GET /extensions/demo']] } } satisfies Fixture
