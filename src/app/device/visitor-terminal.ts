/** What somebody types and sees through a door, as a line of the device knows it. */
import type { LineTerminal } from '../../device/index.ts';
import type { ServedChannel, ShellTerminal } from '../../protocols/ssh/index.ts';
import type { TelnetSession } from '../../protocols/telnet/index.ts';

export function telnetTerminal(session: TelnetSession): LineTerminal {
  return {
    input: session.input,
    write: (text) => session.write(text),
    size() {
      const { columns, rows } = session;
      return columns === undefined || rows === undefined ? undefined : { columns, rows };
    },
    onBreak(listener) {
      session.onBreak(listener);
    },
    close() {
      session.end();
    },
  };
}

/** Until the peer ends its side, or the channel is lost. */
async function* typedInto(channel: ServedChannel): AsyncGenerator<Uint8Array> {
  for (let bytes = await channel.read(); bytes !== undefined; bytes = await channel.read()) yield bytes;
}

export function channelTerminal(channel: ServedChannel, terminal: ShellTerminal | undefined): LineTerminal {
  return {
    input: typedInto(channel),
    async write(text) {
      // Nobody misses what is shown to nobody.
      await channel.write(Buffer.from(text)).catch(() => undefined);
    },
    size: () => terminal?.size(),
    close() {
      channel.exit(0);
    },
  };
}
