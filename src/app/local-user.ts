/** Who runs this process. Containers run as users whom no list of users knows: then the system throws. */
import { homedir, userInfo } from 'node:os';
import process from 'node:process';

/** A user without a name is known by number. */
export function localUserName(infoOf: () => { readonly username: string } = userInfo): string {
  try {
    return infoOf().username;
  } catch {
    return String(process.getuid?.() ?? 'nobody');
  }
}

/** A user without a home has the root, as programs have it that begin there. */
export function localHome(homeOf: () => string = homedir): string {
  try {
    return homeOf();
  } catch {
    return '/';
  }
}
