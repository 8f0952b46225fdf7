/** A message of the log in the middle of an output, where real devices put it too: the fault `noise`. */
import type { Output, SyslogMessage } from './command.ts';

/** What a cable that is plugged in somewhere makes a device say. */
export const NOISE: SyslogMessage = {
  facility: 'LINEPROTO',
  severity: 5,
  mnemonic: 'UPDOWN',
  text: 'Line protocol on Interface Loopback7, changed state to up',
};

/** Lines of the output that come before the message. */
const LINES_BEFORE = 2;

/** The output as it was; `breakIn` is called once it is under way. */
export async function* withNoise(output: Output, breakIn: () => Promise<void>): AsyncGenerator<string> {
  let lines = 0;
  for await (const piece of typeof output === 'string' ? [output] : (output ?? []))
    for (const line of piece.split(/(?<=\n)/)) {
      if (lines === LINES_BEFORE) await breakIn();
      lines += 1;
      yield line;
    }
}
