/** What a client of SCP may be told. */
import type { Clock } from '../../../base/clock.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { RemoteProgram } from '../../ssh/channel/byte-channel.ts';

/** How long the server may be silent, in milliseconds. */
export interface ScpTimeouts {
  /** Where a line or an answer has to come. Devices answer late when flash memory is slow. 60 s unless told. */
  readonly replyMs: number;
  /** Within the content of a file, either way. 60 s unless told. */
  readonly dataMs: number;
}

export interface ScpClientOptions {
  /** Runs a command at the server; rejects with a `FileError`. Called once for each file. */
  readonly exec: (command: Uint8Array, signal?: AbortSignal) => Promise<RemoteProgram>;
  /**
   * `openssh` (the default): a shell or something like it reads the command, so that names are quoted, and `-r`, `-p` and
   * `-d` are known. `device`: Cisco IOS and its kin, which know `scp -t PATH` and `scp -f PATH` and nothing else.
   */
  readonly dialect?: 'openssh' | 'device';
  /** `absolute`: names go to the server with `/` before them; otherwise they begin where the login does. */
  readonly names?: 'relative' | 'absolute';
  readonly timeouts?: Partial<ScpTimeouts>;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
  /** Ends the connecting, and nothing later. */
  readonly signal?: AbortSignal;
}
