/** The process around a command, passed in so that a command can be run without one. */

export interface Output {
  write(text: string | Uint8Array): unknown;
  /** Bytes that were written and not yet taken. */
  readonly writableLength: number;
  readonly isTTY?: boolean;
  /** Of a terminal, as it is now. */
  readonly columns?: number;
  readonly rows?: number;
}

export interface Input extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
  /** Only of a terminal: keys come one by one and are not shown. */
  setRawMode?(raw: boolean): unknown;
}

/** A terminal that somebody sits at. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { setRawMode?(raw: boolean): unknown };
  readonly output: NodeJS.WritableStream;
  /** Its columns and rows as they are now. */
  readonly screen: () => { readonly columns: number; readonly rows: number };
}

export interface World {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  /** What a line editor needs; absent where input or output is no terminal. */
  readonly terminal?: Terminal;
  readonly cwd: string;
  readonly pid: number;
  /** Calls back for every SIGINT and SIGTERM from now on; the returned function ends it. */
  onStopSignal(callback: () => void): () => void;
  /** Calls back for every SIGHUP from now on; the returned function ends it. Absent where no such signal is sent to reload. */
  onReloadSignal?(callback: () => void): () => void;
  /** Writes bytes to standard output and waits until they are taken; rejects when its reader is gone. */
  writeOut?(bytes: Uint8Array): Promise<void>;
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void;
  /** What the list of processes shows; the command line may hold a password. */
  setTitle(title: string): void;
}
