/** What the server knows of one client between its commands. Handlers read and change it; sockets are elsewhere. */
import type { Account } from '../../../accounts/account.ts';
import type { Permission } from '../../../accounts/permission.ts';
import type { Socket } from 'node:net';
import { authority } from '../../../base/authority.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import type { FileSystem } from '../../../files/file-system.ts';
import { DEFAULT_FACTS, type FactName } from '../../listing/mlsx.ts';
import { type LoginEvent, type LoginState, nextLogin } from '../session/login.ts';
import type { RepresentationType } from '../session/representation.ts';
import type { Ends } from '../../door/entrance.ts';
import type { ServerContext } from './context.ts';
import type { DataChannel } from './data-channel.ts';
import { SessionSecurity } from './tls/session-security.ts';
import type { Transfer } from './transfer.ts';

export class Session {
  readonly id: string;
  readonly ends: Ends;
  readonly context: ServerContext;
  readonly data: DataChannel;
  /** The client has ended its side: what it asked for is still answered, but no transfer is wanted any more. */
  leaving = false;
  /** Aborted when the control connection is gone, for whatever reason. */
  readonly gone = new AbortController();

  readonly security: SessionSecurity;
  /** Set by AUTH, taken behind its reply: what is to be encrypted from then on. */
  securing: 'control' | 'control-and-data' | undefined;

  /** Set by CCC: the control connection is in the clear behind its reply. */
  releasing = false;

  login: LoginState = 'fresh';
  userName = '';
  passwordFailures = 0;
  workingDirectory: VirtualPath = ROOT;
  type: RepresentationType = 'ascii';
  /** Set by REST, taken by the next RETR or STOR (RFC 3659 §5). */
  restartBytes = 0;
  /** Set by ALLO: how many bytes the next upload is said to have. */
  #announcedBytes: number | undefined;
  /** Set by RNFR, for the very next command (RFC 959 §4.1.3). */
  #renaming: { readonly from: VirtualPath; readonly command: number } | undefined;
  /** Commands that have come so far, but for those answered during a transfer. */
  commands = 0;
  /** After EPSV ALL no other way to a data connection is taken, to the end of the session (RFC 2428 §4). */
  onlyExtendedPassive = false;
  facts: readonly FactName[] = DEFAULT_FACTS;
  /** The transfer that runs now. */
  transfer: Transfer | undefined;
  /** ABOR has come while a command runs that may be about to begin a transfer. */
  abortWanted = false;
  /** Set by a handler that wants the control connection closed behind its reply; the reason for the log. */
  closing: string | undefined;
  transfersDone = 0;
  bytesMoved = 0;
  #account: Account | undefined;
  /** Gives the account's place among its sessions back. */
  #leave: () => void = () => undefined;

  constructor(id: string, ends: Ends, context: ServerContext, data: DataChannel) {
    this.id = id;
    this.ends = ends;
    this.context = context;
    this.data = data;
    this.security = new SessionSecurity(context.tls);
  }

  /** Moves the login state; false when the table refuses. */
  advanceLogin(event: LoginEvent): boolean {
    const next = nextLogin(this.login, event);
    if (next === undefined) return false;
    this.login = next;
    return true;
  }

  /** Encrypts the control connection; rejects when that fails. */
  async secure(clear: Socket, scope: 'control' | 'control-and-data', signal: AbortSignal): Promise<Socket> {
    const { security } = this;
    const socket = await security.secureControl(clear, signal);
    if (scope === 'control-and-data') {
      security.advance('buffer-size');
      security.advance('data-private');
    }
    const serverName = typeof socket.servername === 'string' ? { serverName: socket.servername } : {};
    this.context.observe({
      ...this.origin,
      kind: 'secured',
      version: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().standardName,
      certificateNames: security.certificateNames,
      ...serverName,
    });
    return socket;
  }

  /** Forgets everything but the connection (REIN, and a new USER). */
  forget(): void {
    this.#leave();
    this.#account = undefined;
    this.workingDirectory = ROOT;
    this.type = 'ascii';
    this.restartBytes = 0;
    this.#announcedBytes = undefined;
    this.#renaming = undefined;
    this.facts = DEFAULT_FACTS;
    this.data.reset();
  }

  /** `leave` is called once, when the account is no longer used here. */
  admit(account: Account, leave: () => void): void {
    this.#account = account;
    this.#leave = leave;
  }

  /** The control connection is gone. */
  end(): void {
    this.gone.abort();
    this.#leave();
  }

  get accountName(): string | undefined {
    return this.#account?.name;
  }

  /** The account; only for handlers behind the login gate. */
  get account(): Account {
    if (this.#account === undefined) throw new Error('a handler asked for the account before the login');
    return this.#account;
  }

  get files(): FileSystem {
    return this.account.files;
  }

  /** Whether the account may do this at any place; where, its files decide. */
  may(permission: Permission): boolean {
    return this.account.permissions.anywhere(permission);
  }

  /** Whose interrupted uploads this session may continue: the same account from the same address. */
  get uploadOwner(): string {
    return `${this.account.name}\0${this.ends.peerAddress}`;
  }

  /** RNFR. */
  willRename(from: VirtualPath): void {
    this.#renaming = { from, command: this.commands };
  }

  /** What RNFR named, when it was the command before this one. */
  takeRenaming(): VirtualPath | undefined {
    const renaming = this.#renaming;
    this.#renaming = undefined;
    return renaming?.command === this.commands - 1 ? renaming.from : undefined;
  }

  takeRestart(): number {
    const restart = this.restartBytes;
    this.restartBytes = 0;
    return restart;
  }

  willSend(bytes: number): void {
    this.#announcedBytes = bytes;
  }

  takeAnnouncement(): number | undefined {
    const bytes = this.#announcedBytes;
    this.#announcedBytes = undefined;
    return bytes;
  }

  /** What was agreed on for one transfer holds for no other, whether it came about or not. */
  forgetTransfer(): void {
    this.restartBytes = 0;
    this.data.reset();
  }

  /** What every event of this session begins with. */
  get origin(): { readonly protocol: 'ftp' | 'ftps'; readonly session: string; readonly peer: string } {
    const { peerAddress, peerPort } = this.ends;
    return {
      protocol: this.security.state === 'clear' ? 'ftp' : 'ftps',
      session: this.id,
      peer: authority(peerAddress, peerPort),
    };
  }

  changed(verb: string, path: VirtualPath, detail = ''): void {
    this.context.observe({ ...this.origin, kind: 'changed', account: this.account.name, verb, path, detail });
  }

  /** A bound turned something away. */
  limited(reason: string): void {
    this.context.observe({ ...this.origin, kind: 'limit', account: this.#account?.name, reason });
  }

  fault(where: string, cause: unknown): void {
    this.context.observe({ kind: 'fault', where: `ftp ${where} (${this.id})`, cause });
  }
}
