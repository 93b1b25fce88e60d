// The stream has no ids of objects: its own tests check that it shows nothing of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

export default { tested_elsewhere: ['streamChanges'] } satisfies Fixture
