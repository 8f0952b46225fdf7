/** The outside world as a server started from the command line sees it. */
import { systemClock } from '../base/clock.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { LineDestination } from '../observe/line-sink.ts';
import { createLog } from '../observe/log.ts';
import type { ServeSurroundings } from './serve.ts';

/** The system's time and chance, and a log as the settings wish it. */
export const surroundingsFor = ({ log }: ServeSettings, destination: LineDestination): ServeSurroundings => ({
  observe: createLog({ format: log, destination, clock: systemClock }),
  clock: systemClock,
  random: Math.random,
});
