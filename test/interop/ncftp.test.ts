/**
 * ncftpget, ncftpput and ncftpls against our FTP server.
 *
 * NcFTP knows IPv4 only. Its `ncftpput -z` asks for the right offset and then sends the whole file (3.2.6, with
 * sendfile): there is no continuing of an upload to test.
 */
import { interop, type Meeting } from '../support/interop.ts';
import { runWell, type RunResult } from '../support/program.ts';

const ncftp = (
  program: string,
  meeting: Meeting,
  options: readonly string[],
  ...files: string[]
): Promise<RunResult> => {
  const mode = meeting.mode === 'active' ? '-E' : '-F';
  const login = ['-u', 'u', '-p', 'p', '-P', String(meeting.port)];
  return runWell(program, [...login, mode, ...options, ...files], { cwd: meeting.home });
};

const NEW = ['-V', '-Z'];
const CONTINUE = ['-V', '-z'];

interop({
  program: 'ncftpget',
  families: [4],
  modes: ['passive', 'active'],
  // -C takes one name for each side.
  get: (meeting, { local, remote }) => ncftp('ncftpget', meeting, [...NEW, '-C'], meeting.host, remote, local),
  put: (meeting, { local, remote }) => ncftp('ncftpput', meeting, [...NEW, '-C'], meeting.host, local, remote),
  append: (meeting, { local, remote }) => ncftp('ncftpput', meeting, ['-V', '-A', '-C'], meeting.host, local, remote),
  resumeGet: (meeting, { local, remote }) =>
    ncftp('ncftpget', meeting, [...CONTINUE, '-C'], meeting.host, remote, local),
  getText: (meeting, { local, remote }) =>
    ncftp('ncftpget', meeting, [...NEW, '-a', '-C'], meeting.host, remote, local),
  putText: (meeting, { local, remote }) =>
    ncftp('ncftpput', meeting, [...NEW, '-a', '-C'], meeting.host, local, remote),
  async list(meeting) {
    const { output } = await ncftp('ncftpls', meeting, [], `ftp://${meeting.host}/`);
    return output;
  },
});
