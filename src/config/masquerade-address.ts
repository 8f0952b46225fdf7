/** What a client can be told to connect to for passive data. */
import { isIPv4 } from 'node:net';

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([\w-]{0,62})(\.[A-Za-z0-9_][\w-]{0,62})*\.?$/;

/** True for an IPv4 address and for a host name; digits and dots that are no address are a slip, not a name. */
export const isMasqueradeAddress = (text: string): boolean =>
  /^[\d.]+$/.test(text) ? isIPv4(text) : HOST_NAME.test(text);
