/** What Portcall reads from its environment: nothing else in the program looks there. */

/** A variable, when it is set and not empty. */
const variable = (name: string): string | undefined => {
  const value = process.env[name];
  return value === '' ? undefined : value;
};

/** `PORTCALL_PASSWORD`, when it is set and not empty. */
export const passwordFromEnvironment = (): string | undefined => variable('PORTCALL_PASSWORD');

/** What the environment says of folders for state. */
export interface StateVariables {
  /** `STATE_DIRECTORY`: set by systemd for a service; several have colons between them. */
  readonly stateDirectory: string | undefined;
  readonly xdgStateHome: string | undefined;
}

export const stateFromEnvironment = (): StateVariables => ({
  stateDirectory: variable('STATE_DIRECTORY'),
  xdgStateHome: variable('XDG_STATE_HOME'),
});

/** Where `.netrc` is: `NETRC`, or in the home folder. */
export const netrcFromEnvironment = (): { readonly file: string | undefined; readonly home: string | undefined } => ({
  file: variable('NETRC'),
  home: variable('HOME') ?? variable('USERPROFILE'),
});

/** Where the user's programs keep their settings: the XDG Base Directory Specification, and what Windows has instead. */
export const configFromEnvironment = (): {
  readonly xdgConfigHome: string | undefined;
  readonly appData: string | undefined;
} => ({ xdgConfigHome: variable('XDG_CONFIG_HOME'), appData: variable('APPDATA') });

/** Where an SSH agent listens (`SSH_AUTH_SOCK`), and the home folder. */
export const sshFromEnvironment = (): { readonly agent: string | undefined; readonly home: string | undefined } => ({
  agent: variable('SSH_AUTH_SOCK'),
  home: variable('HOME') ?? variable('USERPROFILE'),
});

/** A variable that a user's own file names (`${NAME}` in ssh_config). */
export const variableFromEnvironment = (name: string): string | undefined => process.env[name];
