/** Who is asked or told about uploads, as the settings say. */
import type { Clock } from '../base/clock.ts';
import type { ServeSettings, UploadHookSettings } from '../config/serve-settings.ts';
import type { UploadHook } from '../files/wrap/announced.ts';
import type { Observer } from '../observe/event.ts';
import { createHttpHook } from './hooks/http.ts';
import { createProgramHook } from './hooks/program.ts';
import { type Receiver, uploadHook } from './hooks/receiver.ts';

interface HookSurroundings {
  readonly clock: Clock;
  readonly observe: Observer;
}

export interface UploadHooks {
  readonly hook: UploadHook;
  /** Sends what waits for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

function receiverOf(settings: UploadHookSettings, surroundings: HookSurroundings): Receiver {
  const { timeoutMs } = settings;
  if (settings.kind === 'program') {
    const [file = '', ...words] = settings.words;
    return createProgramHook({ file, arguments: words, timeoutMs, ...surroundings });
  }
  const { url, secret } = settings;
  return createHttpHook({ url, timeoutMs, ...(secret === undefined ? {} : { secret }), ...surroundings });
}

/** `undefined` when nobody is to be told. */
export function openUploadHooks(
  { uploadHook: settings }: ServeSettings,
  surroundings: HookSurroundings,
): UploadHooks | undefined {
  if (settings === undefined) return undefined;
  const receiver = receiverOf(settings, surroundings);
  // Who decides knows already, and is not told once more.
  const rules = settings.decides ? { decide: [receiver], tell: [] } : { decide: [], tell: [receiver] };
  return {
    hook: uploadHook({ ...rules, clock: surroundings.clock }),
    close: (graceMs) => receiver.close(graceMs),
  };
}
