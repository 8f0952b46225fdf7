/** The modes of the command line, as a tree of data: how each is called, what its prompt says, and where one leaves it to. */

export type ExecMode = 'exec';
export type ConfigMode =
  | 'config'
  | 'config-if'
  | 'config-if-range'
  | 'config-line'
  | 'config-vlan'
  | 'config-router'
  | 'config-archive'
  | 'config-subif'
  | 'config-log';
export type ModeName = ExecMode | ConfigMode;

export interface Mode {
  readonly name: ModeName;
  /** Between the host name and the final `#`. */
  readonly prompt: string;
  /** Where `exit` leads. */
  readonly parent: ModeName | undefined;
}

const mode = (name: ConfigMode, parent: ModeName): Mode => ({ name, prompt: `(${name})`, parent });

/** All of them. */
export const MODES: Readonly<Record<ModeName, Mode>> = {
  exec: { name: 'exec', prompt: '', parent: undefined },
  config: mode('config', 'exec'),
  'config-if': mode('config-if', 'config'),
  'config-if-range': mode('config-if-range', 'config'),
  'config-subif': mode('config-subif', 'config'),
  'config-line': mode('config-line', 'config'),
  'config-vlan': mode('config-vlan', 'config'),
  'config-router': mode('config-router', 'config'),
  'config-archive': mode('config-archive', 'config'),
  'config-log': { name: 'config-log', prompt: '(config-archive-log-cfg)', parent: 'config-archive' },
};

/** Host names are cut in configuration modes so that a prompt leaves room to type. */
const MOST_HOSTNAME = 20;

export function promptOf(hostname: string, { name, prompt }: Mode, privilege: number): string {
  if (name === 'exec') return `${hostname}${privilege > 1 ? '#' : '>'}`;
  return `${hostname.slice(0, MOST_HOSTNAME)}${prompt}#`;
}
