/** What the commands about users do. */
import { createPasswordHasher } from '../accounts/password.ts';

/** The PHC string for `passwordHash`. Rejects with a RangeError when the password is empty or longer than 1,024 bytes. */
export const hashPassword = (password: string): Promise<string> => createPasswordHasher().hash(password);
