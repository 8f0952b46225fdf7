/** What may be told of connections over SSH. */

export interface SshOptions {
  /** The host key's fingerprint, `SHA256:…`: it and no other is trusted, whatever files say. */
  readonly hostKey?: string;
  /** A `known_hosts` file instead of those that the configuration names. */
  readonly knownHosts?: string;
  /** What becomes of a host that no file knows: `ask` where a person can be asked, else it is refused. */
  readonly unknownHost?: 'ask' | 'accept-new' | 'trust';
  /** Private keys, before all others. */
  readonly identities?: readonly string[];
  /** A file instead of `~/.ssh/config` and the system's; `none`: none is read. */
  readonly config?: string;
  readonly agent?: 'on' | 'off';
  /** Also what rests on SHA-1 or CBC, for devices that know nothing else. */
  readonly legacy?: 'refused' | 'allowed';
  /** How SCP is spoken; a device's greeting tells it unless told. */
  readonly dialect?: 'openssh' | 'device';
  /** Asks a person for a word; absent where nobody sits. */
  readonly askText?: (question: string) => Promise<string | undefined>;
  /** Is told, in whole sentences, what a person should put in order; the observer hears it where this is absent. */
  readonly warn?: (sentence: string) => void;
}
