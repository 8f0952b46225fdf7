/** Addresses that misbehave: what they did, what it counts, and until when they are kept out. */

export const OFFENCES = [
  'wrong-password',
  'unknown-account',
  'no-login',
  'bad-protocol',
  'too-many-connections',
  'stranger-on-data-port',
] as const;
export type Offence = (typeof OFFENCES)[number];

/** What servers and the login ask of the list. Addresses are judged by their group: IPv6 by /64. */
export interface Bans {
  /** Counts an offence now. Gives how many offences of any kind the address's group committed within the window. */
  offence(address: string, offence: Offence): number;
  /** How long the address is still kept out, in milliseconds; 0 when it is not. */
  bannedForMs(address: string): number;
}
