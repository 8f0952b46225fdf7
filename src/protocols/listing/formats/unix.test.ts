import { describeListings } from '../../../../test/support/listing-lines.ts';

describeListings('unix: what stands for nothing', [
  ['total 12'],
  ['total 4.0K'],
  ['insgesamt 12'],
  ['итого 12'],
  ['合計 12'],
  ['총 12'],
  ['\udcd7\udcdc\udcd3\udcc3\udcc1\udcbf 12'],
  ['\n   \n'],
  ['drwxr-xr-x 2 a a 4096 Mar 15 10:20 .\ndrwxr-xr-x 2 a a 4096 Mar 15 10:20 ..'],
]);

describeListings('unix: columns', [
  ['-rw-r--r--   1 ftp      ftp             5 Nov 20 10:20 a b', 'file 5 2026-11-20T10:20 "a b" 644 ftp ftp'],
  ['drwxr-xr-x    2 0        0            4096 Jan 01  2019 d', 'directory 4096 2019-01-01 "d" 755 0 0'],
  ['-rw-r--r-- 1 ann 7 Mar 15 10:20 no group', 'file 7 2026-03-15T10:20 "no group" 644 ann'],
  ['-rw-r--r-- ann users 7 Mar 15 10:20 no links', 'file 7 2026-03-15T10:20 "no links" 644 ann users'],
  ['-rw-r--r-- 7 12 Mar 15 2024 nobody', 'file 12 2024-03-15 "nobody" 644'],
  ['-rw-r--r-- 1 DOM\\ann Domain Users 7 Mar 15 10:20 x', 'file 7 2026-03-15T10:20 "x" 644 DOM\\ann Domain Users'],
  ['1234567 -rw-r--r-- 1 ann ann 7 Mar 15 10:20 inode', 'file 7 2026-03-15T10:20 "inode" 644 ann ann'],
  ['1234567 8 -rw-r--r-- 1 ann ann 7 Mar 15 10:20 blocks', 'file 7 2026-03-15T10:20 "blocks" 644 ann ann'],
  ['-rw-r--r-- 1 3 10 2020 Nov 3 01:10 numbers', 'file 2020 2026-11-03T01:10 "numbers" 644 3 10'],
  ['-r-xr-xr-x longowner longgroup123456 Feb 12 17:20 x', 'file ~123456 2026-02-12T17:20 "x" 555 longowner longgroup'],
  ['drwxrwxrwx               folder        2 Mar 15 10:20 Mac', 'directory - 2026-03-15T10:20 "Mac" 777'],
  ['drwxr-xr-x 3 ann users 512 no-date', 'directory 512 - "no-date" 755 ann users'],
  ['-?????????   ? ?    ?          ?                ? secret', 'other - - "secret"'],
  ['d?????????   ? ?    ?          ?                ? secret', 'directory - - "secret"'],
]);

describeListings('unix: kinds and modes', [
  [
    'lrwxrwxrwx 1 root root 12 Mar 15 10:20 l -> images/new one',
    'symlink 12 2026-03-15T10:20 "l" 777 root root -> images/new one',
  ],
  ['lrwxrwxrwx 1 root root 6 Mar 15 10:20 l -> a -> b', 'symlink 6 2026-03-15T10:20 "l" 777 root root -> a -> b'],
  ['lrwxrwxrwx 1 root root 1 Mar 15 10:20 l -> a -> b', 'symlink 1 2026-03-15T10:20 "l -> a" 777 root root -> b'],
  ['lrwxrwxrwx 1 root root 2 Mar 15 10:20 l -> a -> é', 'symlink 2 2026-03-15T10:20 "l -> a" 777 root root -> é'],
  ['lrwxrwxrwx 1 root root 1 Mar 15 10:20 no target', 'symlink 1 2026-03-15T10:20 "no target" 777 root root'],
  ['-rw-r--r-- 1 root root 7 Mar 15 10:20 l -> a', 'file 7 2026-03-15T10:20 "l -> a" 644 root root'],
  ['crw-rw---- 1 root tty 4, 64 Mar 15 10:20 ttyS0', 'other - 2026-03-15T10:20 "ttyS0" 660 root tty'],
  ['brw-rw---- 1 root disk 8,1 Mar 15 10:20 sda1', 'other - 2026-03-15T10:20 "sda1" 660 root disk'],
  ['crw-rw-rw- 1 bin bin 101 0x000003 Mar 15 10:20 hp', 'other - 2026-03-15T10:20 "hp" 666 bin bin'],
  ['crw-rw-rw- 1 bin bin 101, 0x000003 Mar 15 10:20 bsd', 'other - 2026-03-15T10:20 "bsd" 666 bin bin'],
  ['srwxrwxrwx 1 a a 0 Mar 15 10:20 socket', 'other 0 2026-03-15T10:20 "socket" 777 a a'],
  ['prw-r--r-- 1 a a 0 Mar 15 10:20 fifo', 'other 0 2026-03-15T10:20 "fifo" 644 a a'],
  ['Drw-r--r-- 1 a a 0 Mar 15 10:20 door', 'other 0 2026-03-15T10:20 "door" 644 a a'],
  ['-rwsr-sr-t 1 ann users 7 Mar 15 10:20 bits', 'file 7 2026-03-15T10:20 "bits" 7755 ann users'],
  ['-rwSr-Sr-T 1 ann users 7 Mar 15 10:20 bits', 'file 7 2026-03-15T10:20 "bits" 7644 ann users'],
  ['-rw-r-lr-- 1 ann users 7 Mar 15 10:20 solaris', 'file 7 2026-03-15T10:20 "solaris" 2644 ann users'],
  ['-rw-r--r--+ 1 ann users 7 Mar 15 10:20 acl', 'file 7 2026-03-15T10:20 "acl" 644 ann users'],
  ['-rw-r--r--. 1 ann users 7 Mar 15 10:20 selinux', 'file 7 2026-03-15T10:20 "selinux" 644 ann users'],
  ['-rw-r--r--@ 1 ann users 7 Mar 15 10:20 mac', 'file 7 2026-03-15T10:20 "mac" 644 ann users'],
]);

describeListings('unix: sizes', [
  [
    '-rw-r--r-- 1 a a 9007199254740991 Mar 15 10:20 largest',
    'file 9007199254740991 2026-03-15T10:20 "largest" 644 a a',
  ],
  ['-rw-r--r-- 1 a a 99999999999999999999 Mar 15 10:20 too large', 'file - 2026-03-15T10:20 "too large" 644 a a'],
  ['-rw-r--r-- 1 a a -2147483648 Mar 15 10:20 overflown', 'file - 2026-03-15T10:20 "overflown" 644 a a'],
  ['-rw-r--r-- 1 a a 33.5k Mar 15 10:20 ls -h', 'file ~34304 2026-03-15T10:20 "ls -h" 644 a a'],
  ['-rw-r--r-- 1 a a 1.234.567 Mar 15 10:20 grouped', 'file 1234567 2026-03-15T10:20 "grouped" 644 a a'],
]);

describeListings('unix: names', [
  ['drwxr-xr-x 2 0 0 4096 Jan 01  2019  lead', 'directory 4096 2019-01-01 " lead" 755 0 0'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 trail  ', 'file 7 2026-03-15T10:20 "trail  " 644 a a'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20    ', 'file 7 2026-03-15T10:20 "   " 644 a a'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 5 Nov 23 01:10 x', 'file 7 2026-03-15T10:20 "5 Nov 23 01:10 x" 644 a a'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 tab\tin it', 'file 7 2026-03-15T10:20 "tab\\tin it" 644 a a'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 __proto__', 'file 7 2026-03-15T10:20 "__proto__" 644 a a'],
  ['drwxr-xr-x 2 a a 7 Mar 15 10:20 ls-F/', 'directory 7 2026-03-15T10:20 "ls-F" 755 a a'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 ../x', 'issue: a name that would lead out of the directory'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 /etc/passwd', 'issue: a name that would lead out of the directory'],
  ['drwxr-xr-x 1 a a 7 Mar 15 10:20 a/b/', 'issue: a name that would lead out of the directory'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 ..', 'issue: a name that would lead out of the directory'],
  ['lrwxrwxrwx 1 a a 7 Mar 15 10:20 .. -> /etc', 'issue: a name that would lead out of the directory'],
  ['drwxr-xr-x 1 a a 7 Mar 15 10:20 /', 'issue: a name that would lead out of the directory'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20 a\0b', 'issue: a name with a NUL, which no file can have'],
  ['-rw-r--r-- 1 a a 7 Mar 15 10:20', 'issue: a line without a name'],
]);

describeListings('unix in numbers, and Connect:Enterprise', [
  ['0100644   500  101   12345    123456789       a b', 'file 12345 1973-11-29T21:33:09 "a b" 644 500 101'],
  ['0040755 0 0 4096 123456789 d', 'directory 4096 1973-11-29T21:33:09 "d" 755 0 0'],
  ['-C--E-----FTP B BOX1       7670  1294495 Jan 13 07:42 batch one', 'file 1294495 2026-01-13T07:42 "batch one"'],
]);

describeListings('NetWare: rights in brackets', [
  ['d [RWCEAFMS] admin 512 Mar 15 10:20 images', 'directory 512 2026-03-15T10:20 "images" admin'],
  ['- [R----F--] admin            512       Mar 15 2024    a b.txt', 'file 512 2024-03-15 "a b.txt" admin'],
  ['d[R----F--]  1 admin          512 Mar 15 10:20 old', 'directory 512 2026-03-15T10:20 "old" admin'],
]);
