/** A command as bytes that cannot be two (RFC 959 §5.3). */
import { encodeText } from './reply.ts';

/** What would end the line, or make a server written in C see another one. */
const ENDING = /[\r\n\0]/;
const VERB = /^[A-Za-z]{1,16}$/;

/** The bytes of the line with its end; `undefined` when verb or argument hold what would end it. Never throws. */
export function printCommand(verb: string, argument: string | undefined): Uint8Array | undefined {
  if (!VERB.test(verb) || (argument !== undefined && ENDING.test(argument))) return undefined;
  return encodeText(`${verb}${argument === undefined ? '' : ` ${argument}`}\r\n`);
}
