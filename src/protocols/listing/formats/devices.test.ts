import { describeListings } from '../../../../test/support/listing-lines.ts';

describeListings('EPLF: facts before a tab', [
  ['+i8388621.29609,m824255902,/,\ttdev', 'directory - 1996-02-13T23:58:22 "tdev"'],
  ['+i8388621.44468,m839956783,r,s10376,up644,\ta b', 'file 10376 1996-08-13T17:19:43 "a b" 644'],
  ['+r,s-5,mx,\tbad values', 'file - - "bad values"'],
  ['+,\tneither', 'other - - "neither"'],
  ['+r,\t../x', 'issue: a name that would lead out of the directory'],
]);

describeListings('facts of MLSD in answer to LIST', [
  ['Type=file;mOdIfY=20240315102030;size=7; a b', 'file 7 2024-03-15T10:20:30 "a b"'],
]);

describeListings('network devices: IOS and NX-OS', [
  ['Directory of flash:/\n\n256487424 bytes total (123456 bytes free)'],
  ['    1  -rw-       81923   Nov 3 2024 04:05:06 +00:00  c2911.bin', 'file 81923 2024-11-03T04:05:06 "c2911.bin"'],
  ['   11  drw-           0   Mar 15 2024 10:20:30 +01:00  my logs', 'directory 0 2024-03-15T09:20:30 "my logs"'],
  ['    2  -rw-        1024                    <no date>  config', 'file 1024 - "config"'],
  ['      81923    Mar 15 10:20:30 2024  n9000.bin', 'file 81923 2024-03-15T10:20:30 "n9000.bin"'],
  ['       4096    Mar 15 10:20:30 2024  logs/', 'directory 4096 2024-03-15T10:20:30 "logs"'],
]);

describeListings('VxWorks, Nortel, VShell, OS-9', [
  ['  size          date       time       name\n--------       ------     ------    --------'],
  ['   512    Jan-15-1998   02:30:14   file name', 'file 512 1998-01-15T02:30:14 "file name"'],
  ['   0    JAN-15-1998   02:30:14   dir          <DIR>', 'directory - 1998-01-15T02:30:14 "dir"'],
  ['startup.bin       1014196  03/15/24  Fri.   10:20:03', 'file 1014196 2024-03-15T10:20:03 "startup.bin"'],
  ['206876  Apr 04, 2024 21:06 a b', 'file 206876 2024-04-04T21:06 "a b"'],
  ['0  Dec 12, 2023 02:13 dir/', 'directory - 2023-12-12T02:13 "dir"'],
  ['20.21 07/03/29 1026 d-ewrewr 2650 85920 images', 'directory - 2007-03-29T10:26 "images" 21 20'],
  ['20.21 07/03/29 1026 ---wr-wr 2650 85920 a.txt', 'file ~85920 2007-03-29T10:26 "a.txt" 21 20'],
]);

describeListings('HP NonStop', [
  [
    'File         Code             EOF  Last Modification    Owner  RWEP\nIARPTS 101 16354 18-Mar-09 15:09:12 244, 10 "nnnn"',
    'file 16354 2009-03-18T15:09:12 "IARPTS" 10 244',
  ],
  ['OPENED 101O 528 6-Apr-07 14:21:18 255,255 "oooo"', 'file 528 2007-04-06T14:21:18 "OPENED" 255 255'],
]);

describeListings('z/VM: names of two words', [
  [
    'README   TEXT     F      100      3     1 2024-03-15 10:20:30 ANN191',
    'file ~300 2024-03-15T10:20:30 "README.TEXT" ANN191',
  ],
  [
    'PROFILE  EXEC     V       65    107     2  3/15/24 10:20:30 ANN191',
    'file ~6955 2024-03-15T10:20:30 "PROFILE.EXEC" ANN191',
  ],
  ['IMAGES   DIR      -        -      -     - 2024-03-15 10:20:30 -', 'directory - 2024-03-15T10:20:30 "IMAGES"'],
]);
