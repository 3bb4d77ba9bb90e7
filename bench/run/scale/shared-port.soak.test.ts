import { describe } from 'vitest';
import { canSharePort, expectSharedPort } from '../../testing/scale/shared-port.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';

describe.each((await subjects()).filter(canSharePort))('$name', (found) => {
  unavailable(found.unavailable);

  soak(`${found.name}: server processes at one port hold its sessions together`, 120, async () => {
    await expectSharedPort(found);
    return 'all sessions, and every echo where there are any';
  });
});
