/** What makes one kind of device differ from another: data, and nothing that runs. */

export type VolumeKind =
  /** Files with dates in directories; what is deleted is gone. */
  | 'disk'
  /** One directory; what is deleted keeps its space until the whole device is erased. */
  | 'class-b'
  /** Holds the configuration. */
  | 'nvram';

export interface VolumeFacts {
  /** With its colon: `flash0:`. */
  readonly name: string;
  /** Other names of the same volume. */
  readonly aliases: readonly string[];
  readonly kind: VolumeKind;
  readonly bytes: number;
  /** The Type column of `show file systems`. */
  readonly type: string;
}

/** A group of interfaces alike: `GigabitEthernet0/` from 0 to 2. */
export interface InterfaceGroup {
  readonly kind: string;
  /** What stands before the last number: `0/`, `1/0/`, nothing for `Vlan`. */
  readonly slot: string;
  readonly first: number;
  readonly last: number;
  /** What `show interfaces` calls the hardware. */
  readonly hardware: string;
  readonly bandwidthKbit: number;
}

/** The command-line family: which words `show version` and its relatives use. */
export type Style = 'classic' | 'isr-g2' | 'isr-xe' | 'catalyst' | 'catalyst-9k';

export interface FactoryImage {
  readonly family: string;
  readonly imageId: string;
  readonly featureSet: string;
  readonly version: string;
}

export interface Member {
  readonly model: string;
  readonly ports: number;
}

export interface Platform {
  readonly name: string;
  readonly title: string;
  readonly style: Style;
  /** The name before anybody gave it one. */
  readonly hostname: string;
  /** As `show version` prints the product. */
  readonly model: string;
  readonly processor: string;
  readonly memoryKib: { readonly main: number; readonly io: number };
  readonly nvramKib: number;
  readonly factory: FactoryImage;
  /** Families whose images it can run. */
  readonly runs: readonly string[];
  readonly volumes: readonly VolumeFacts[];
  readonly interfaces: readonly InterfaceGroup[];
  readonly members: readonly Member[];
  readonly loader: {
    readonly kind: 'rommon' | 'switch';
    readonly version: string;
  };
  readonly register: number;
  /** When the boot list reaches the loader: with the saved configuration, or as it is typed. */
  readonly bootVariable: 'when-saved' | 'at-once';
  readonly install: 'bundle' | 'install';
  readonly schemes: readonly string[];
  readonly hash: readonly ('md5' | 'sha512')[];
  /** What a secret is stored as: MD5 (5) or scrypt (9). */
  readonly secretType: 5 | 9;
  /** Bits from which on RSA keys may be made. */
  readonly leastRsaBits: number;
  /** What it takes to boot, in milliseconds of its own time. */
  readonly bootMs: number;
  /** Lines of a configuration that it takes and does nothing with; each the beginning of a line. */
  readonly keepsVerbatim: readonly string[];
}
