/** Which texts are stored passwords that Portcall can check: its own, and those that people bring from other programs. */
import { parsePhc } from './phc.ts';

/** bcrypt, scrypt in PHC form and glibc's `$6$`: whether the check would cost too much is decided where it is made. */
const FOREIGN_SHAPES: readonly RegExp[] = [
  /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/,
  /^\$scrypt\$ln=\d{1,2},r=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{11,86}={0,2}\$[A-Za-z0-9+/]{22,128}={0,2}$/,
  /^\$6\$(rounds=\d{1,9}\$)?[^$:\s]{0,16}\$[./A-Za-z0-9]{86}$/,
];

/** True for the form of argon2id, bcrypt, scrypt (PHC) and sha512-crypt. Never throws. */
export const isPasswordHash = (text: string): boolean =>
  parsePhc(text) !== undefined || FOREIGN_SHAPES.some((shape) => shape.test(text));
