/** SIGKILL at any moment of an upload. */
import { test } from 'node:test';
import { surviveKills } from './killed-uploads.ts';

test('a server killed during uploads leaves whole files, and leftovers that are swept', () => surviveKills(6));
