import { describe, test } from 'vitest';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { conforming } from './conforming.ts';
import { runCheck } from './suite.ts';

describe.each(await subjects())('$name', async (found) => {
  unavailable(found.unavailable);
  const { subject, checks } = await conforming(found);
  for (const check of checks) test(check.name, () => runCheck(check, subject));
});
