// A phone switch has no id that another workspace could name; its link is public.
import type { Fixture } from '../../../test/fixture.ts'

export default { tested_elsewhere: ['createPhoneSwitch', 'openPhoneSwitch'] } satisfies Fixture
