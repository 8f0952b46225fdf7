/** Programs of the BSD `ftp` family read the same commands from standard input. */
import type { Client, FilePair, Meeting } from './interop.ts';
import { run } from './program.ts';

/** Such a program as a client of the scenarios. `args` choose active or passive. */
export function ftpShell(
  program: string,
  args: (meeting: Meeting) => readonly string[],
): Omit<Client, 'families' | 'modes'> {
  const talk = async (meeting: Meeting, ...commands: string[]): Promise<string> => {
    const input = [`open ${meeting.host} ${meeting.port}`, 'user u p', ...commands, 'quit', ''].join('\n');
    const { output } = await run(program, ['-n', '-i', ...args(meeting)], { cwd: meeting.home, input });
    return output;
  };
  const moves =
    (...commands: ((files: FilePair) => string)[]) =>
    (meeting: Meeting, files: FilePair): Promise<string> =>
      talk(meeting, ...commands.map((command) => command(files)));
  const binary = (): string => 'binary';
  const ascii = (): string => 'ascii';
  return {
    program,
    get: moves(binary, ({ local, remote }) => `get ${remote} ${local}`),
    put: moves(binary, ({ local, remote }) => `put ${local} ${remote}`),
    append: moves(binary, ({ local, remote }) => `append ${local} ${remote}`),
    resumeGet: moves(binary, ({ local, remote }) => `reget ${remote} ${local}`),
    getText: moves(ascii, ({ local, remote }) => `get ${remote} ${local}`),
    putText: moves(ascii, ({ local, remote }) => `put ${local} ${remote}`),
    list: (meeting) => talk(meeting, 'ls'),
  };
}
