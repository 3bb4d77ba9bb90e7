import { describe, test } from 'vitest';
import { PATIENCE_MS } from '../../testing/patience.ts';
import { canSharePort, expectSharedPort } from '../../testing/scale/shared-port.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';

/** One for each way of listening: a WebSocket, a response that goes on, and HTTP/2. The soak has all. */
const REPRESENTATIVES = ['ws', 'http-stream', 'grpc'];

describe.each((await subjects()).filter((one) => REPRESENTATIVES.includes(one.name) && canSharePort(one)))(
  '$name',
  (found) => {
    unavailable(found.unavailable);

    test('server processes at one port hold its sessions together', { timeout: 2 * PATIENCE_MS }, () =>
      expectSharedPort(found),
    );
  },
);
