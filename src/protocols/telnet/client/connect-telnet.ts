/** Connects to a Telnet server as a terminal whose size and type it may ask for. */
import { authority } from '../../../base/authority.ts';
import { systemClock } from '../../../base/clock.ts';
import { dial } from '../../dial/dial.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { DEFAULT_LINE_LIMITS } from '../channel/limits.ts';
import { TelnetLine } from '../channel/line.ts';
import type { Agreement } from '../session/option-table.ts';
import { OPTION } from '../wire/code.ts';
import { asksTerminalType, formatTerminalType, formatWindowSize } from '../wire/terminal.ts';
import type { TelnetClientOptions, TelnetConnection } from './options.ts';

const PORT = 23;
const CONNECT_MS = 10_000;
const TERMINAL = { terminalType: 'vt100', columns: 511, rows: 1_000 } as const;

/** The server may echo, and ask what the terminal is. Nothing else is agreed to. */
const AGREEMENT: Agreement = {
  us: new Set([OPTION.suppressGoAhead, OPTION.terminalType, OPTION.windowSize]),
  peer: new Set([OPTION.echo, OPTION.suppressGoAhead]),
};

/**
 * Connects; nothing is sent before the server asks for it. Rejects with a `FileError` of kind `unreachable` or
 * `timed-out`, or with the signal's reason.
 */
export async function connectTelnet(options: TelnetClientOptions): Promise<TelnetConnection> {
  const { host, port = PORT, timeoutMs = CONNECT_MS, clock = systemClock, signal } = options;
  const where = authority(host, port);
  const socket = await dial({ host, port }, { clock, connectMs: timeoutMs, what: where, signal });
  const line: TelnetLine = new TelnetLine({
    socket,
    clock,
    limits: { ...DEFAULT_LINE_LIMITS, ...options.limits },
    lineEnds: 'kept',
    agreement: AGREEMENT,
    listener: {
      changed({ side, option, isOn }) {
        if (side === 'us' && option === OPTION.windowSize && isOn)
          line.sendSubnegotiation(option, formatWindowSize({ ...TERMINAL, ...options }));
      },
      subnegotiated(option, payload) {
        if (option === OPTION.terminalType && asksTerminalType(payload))
          line.sendSubnegotiation(option, formatTerminalType(options.terminalType ?? TERMINAL.terminalType));
      },
      // GA, NOP and DM say nothing to a client; what a server means by the others no document says.
      commanded: () => undefined,
    },
    errorOf: (reason) => connectionFailure('connection-lost', `the connection to ${where} is closed: ${reason}`),
  });
  return connectionOver(line);
}

function connectionOver(line: TelnetLine): TelnetConnection {
  const destroy = (): void => line.destroy('it was given up');
  return {
    input: line.input,
    signal: line.signal,
    write: (text) => line.write(text),
    end: () => line.end(),
    destroy,
    [Symbol.asyncDispose]: async () => destroy(),
  };
}
