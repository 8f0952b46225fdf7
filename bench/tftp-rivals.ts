/** The TFTP servers that Portcall is measured and tested beside: where each is found, and its command line. */

export interface TftpPlace {
  readonly root: string;
  readonly host: string;
  readonly port: number;
}

export interface TftpRival {
  readonly name: 'tftpd-hpa' | 'atftpd' | 'dnsmasq';
  readonly packageName: string;
  /** In the folder that `get-rivals.sh` made. */
  readonly program: string;
  readonly writes: 'yes' | 'no';
  readonly windows: 'yes' | 'no';
  /** Whether it converts texts as RFC 764 has it. */
  readonly netascii: 'yes' | 'no';
  /** dnsmasq listens at port 69 and no other, so that it gets an address that nobody else has. */
  readonly fixedPort?: number;
  readonly words: (place: TftpPlace) => readonly string[];
}

/** All of them give up root's rights when they have their port, and need them until then. */
export const TFTP_RIVALS: readonly TftpRival[] = [
  {
    name: 'tftpd-hpa',
    packageName: 'tftpd-hpa',
    program: 'usr/sbin/in.tftpd',
    writes: 'yes',
    windows: 'no',
    netascii: 'yes',
    words: ({ root, host, port }) => ['-L', '-4', '-a', `${host}:${port}`, '-u', 'nobody', '-c', '-s', root],
  },
  {
    name: 'atftpd',
    packageName: 'atftpd',
    program: 'usr/sbin/atftpd',
    writes: 'yes',
    windows: 'yes',
    netascii: 'yes',
    // prettier-ignore
    words: ({ root, host, port }) => [
      '--daemon', '--no-fork', '--bind-address', host, '--port', String(port), '--user', 'nobody.nogroup',
      '--logfile', '-', '--verbose=0', root,
    ],
  },
  {
    name: 'dnsmasq',
    packageName: 'dnsmasq-base',
    program: 'usr/sbin/dnsmasq',
    writes: 'no',
    windows: 'no',
    netascii: 'no',
    fixedPort: 69,
    // prettier-ignore
    words: ({ root, host }) => [
      '--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--enable-tftp', `--tftp-root=${root}`,
      `--listen-address=${host}`, '--bind-interfaces', '--user=root', '--pid-file=', '--log-facility=/dev/null',
    ],
  },
];

/** An address of loopback that only this process uses. */
export const ownLoopback = (pid: number): string => `127.1.${(pid >> 8) & 0xff}.${1 + (pid % 254)}`;
